import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { type AlertSeverity, alertSeverities, incidentStates } from '@carillon/core/state/states';
import { Group, Pill, Select, Stack, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../components/empty.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { isFiltered } from '../../lib/search.js';
import { useTitle } from '../../lib/use-title.js';
import { useTyped } from '../../lib/use-typed.js';
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
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('nav.incidents')}</Title>
        <ExportIncidents filter={askedFor(filter)} />
      </Group>
      <Filters />
      <PagedTable
        query={incidents}
        label={t('nav.incidents')}
        head={head}
        row={(incident) => <IncidentRow key={incident.id} incident={incident} />}
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
        placeholder={t('common.all')}
        clearable
        data={alertSeverities.map((value) => ({ value, label: t(`severity.${value}`) }))}
        value={filter.severity ?? null}
        onChange={(value) => change({ severity: (value as AlertSeverity | null) ?? undefined })}
      />
      <TextInput label={t('runs.job')} {...job} />
      <TextInput label={t('runs.host')} {...host} />
      {filter.label && (
        <Pill
          withRemoveButton
          mb={6}
          onRemove={() => change({ label: undefined })}
          removeButtonProps={{ 'aria-label': t('hosts.anyLabel'), 'aria-hidden': false, tabIndex: 0 }}
        >
          {filter.label}
        </Pill>
      )}
    </Group>
  );
}
