import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { type AlertSeverity, alertSeverities, incidentStates } from '@carillon/core/state/states';
import { Checkbox, Group, Select, Stack, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Empty } from '../../components/empty.js';
import { LabelFilter } from '../../components/label-filter.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { isFiltered } from '../../lib/search.js';
import { useMay } from '../../lib/use-may.js';
import { useTitle } from '../../lib/use-title.js';
import { useTyped } from '../../lib/use-typed.js';
import { BulkIncidents } from './bulk-incidents.js';
import { askedFor, type IncidentFilter } from './incident-filter.js';
import { IncidentRow, useIncidentHead } from './incident-rows.js';
import { ExportIncidents } from './incidents-csv.js';

/** Incidents: unless asked for otherwise, the open ones, and what needs a person first. */
export function IncidentsPage() {
  const { t } = useWords();
  useTitle(t('nav.incidents'));
  const { state, severity, job, host, label } = useSearch({ from: '/signed-in/incidents' });
  const filter = { state, severity, job, host, label };
  const incidents = useInfiniteQuery(pagedQuery(incidentRoutes.list, askedFor(filter), 5_000));
  const head = useIncidentHead();
  const may = useMay('incident.handle');
  const [marked, setMarked] = useState<ReadonlySet<number>>(new Set());
  const shown = incidents.data?.pages.flatMap(({ items }) => items) ?? [];
  // What is not shown any more is not acted on.
  const chosen = shown.filter(({ number }) => marked.has(number));
  const mark = (numbers: readonly number[], is: boolean) =>
    setMarked((before) => new Set([...before].filter((one) => !numbers.includes(one)).concat(is ? numbers : [])));
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('nav.incidents')}</Title>
        <ExportIncidents filter={askedFor(filter)} />
      </Group>
      <Filters />
      {may && <BulkIncidents incidents={chosen} onKeep={(numbers) => setMarked(new Set(numbers))} />}
      <PagedTable
        query={incidents}
        label={t('nav.incidents')}
        head={head}
        {...(may
          ? {
              lead: (
                <Checkbox
                  size="xs"
                  aria-label={t('incidents.bulk.all')}
                  checked={chosen.length > 0 && chosen.length === shown.length}
                  indeterminate={chosen.length > 0 && chosen.length < shown.length}
                  onChange={(event) =>
                    mark(
                      shown.map(({ number }) => number),
                      event.currentTarget.checked,
                    )
                  }
                />
              ),
            }
          : {})}
        row={(incident) => (
          <IncidentRow
            key={incident.id}
            incident={incident}
            {...(may
              ? {
                  lead: (
                    <Checkbox
                      size="xs"
                      aria-label={t('incidents.bulk.mark', { number: incident.number })}
                      checked={marked.has(incident.number)}
                      onChange={(event) => mark([incident.number], event.currentTarget.checked)}
                    />
                  ),
                }
              : {})}
          />
        )}
        empty={
          isFiltered(filter) ? (
            <NothingFound text={t('incidents.noneFound')} />
          ) : (
            <Empty text={t('incidents.none')}>
              <PageLink to="/alerting/policies">{t('incidents.whatIsTold')}</PageLink>
            </Empty>
          )
        }
      />
    </Stack>
  );
}

function Filters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/incidents' });
  const navigate = useNavigate({ from: '/incidents' });
  const change = (part: IncidentFilter) =>
    void navigate({ to: '/incidents', search: (before) => ({ ...before, ...part }), replace: true });
  const job = useTyped(filter.job, (text) => change({ job: text }));
  const host = useTyped(filter.host, (text) => change({ host: text }));
  return (
    <Group align="end">
      <Select
        label={t('common.state')}
        w={160}
        placeholder={t('incidents.open')}
        clearable
        data={[
          { value: 'all', label: t('common.all') },
          ...incidentStates.map((value) => ({ value, label: t(`incident.${value}`) })),
        ]}
        value={filter.state ?? null}
        onChange={(value) => change({ state: (value as IncidentFilter['state'] | null) ?? undefined })}
      />
      <Select
        label={t('incidents.severity')}
        w={140}
        placeholder={t('common.all')}
        clearable
        data={alertSeverities.map((value) => ({ value, label: t(`severity.${value}`) }))}
        value={filter.severity ?? null}
        onChange={(value) => change({ severity: (value as AlertSeverity | null) ?? undefined })}
      />
      <TextInput label={t('runs.job')} w={150} {...job} />
      <TextInput label={t('runs.host')} w={150} {...host} />
      <LabelFilter label={t('runs.hostLabel')} value={filter.label} onChange={(label) => change({ label })} w={150} />
    </Group>
  );
}
