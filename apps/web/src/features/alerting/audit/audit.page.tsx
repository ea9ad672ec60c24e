import { auditKinds } from '@carillon/contract/http/audit.routes';
import { Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../../components/empty.js';
import { NothingFound } from '../../../components/nothing-found.js';
import { useWords } from '../../../i18n/index.js';
import { isFiltered } from '../../../lib/search.js';
import { useTitle } from '../../../lib/use-title.js';
import { useTyped } from '../../../lib/use-typed.js';
import { type AuditFilter, readAuditFilter } from './audit-filter.js';
import { AuditTable } from './audit-table.js';

/** Who changed what, and how it was before. */
export function AuditPage() {
  const { t } = useWords();
  useTitle(t('nav.audit'));
  // The router keeps what the filter does not mention; the server would refuse it.
  const filter = readAuditFilter({ ...useSearch({ from: '/signed-in/alerting/audit' }) });
  return (
    <Stack>
      <div>
        <Title order={1}>{t('nav.audit')}</Title>
        <Text size="sm" c="dimmed" maw={640}>
          {t('audit.text')} {t('audit.chain')}
        </Text>
      </div>
      <Filters />
      <AuditTable
        asked={filter}
        empty={
          isFiltered(filter) ? (
            <NothingFound text={t('audit.noneFound')} />
          ) : (
            <Empty text={t('audit.none')} command="carillon apply -f examples/" />
          )
        }
      />
    </Stack>
  );
}

function Filters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/alerting/audit' });
  const navigate = useNavigate();
  const change = (part: AuditFilter) =>
    void navigate({ to: '/alerting/audit', search: (before) => ({ ...before, ...part }), replace: true });
  const search = useTyped(filter.search, (text) => change({ search: text }));
  const actor = useTyped(filter.actor, (text) => change({ actor: text }));
  return (
    <Group align="end">
      <TextInput label={t('audit.what')} {...search} />
      <TextInput label={t('quiet.who')} {...actor} />
      <Select
        label={t('audit.kind')}
        placeholder={t('common.all')}
        clearable
        data={auditKinds.map((value) => ({ value, label: t(`audit.kind.${value}`) }))}
        value={filter.kind ?? null}
        onChange={(value) => change({ kind: (value as AuditFilter['kind'] | null) ?? undefined })}
      />
      <TextInput
        type="date"
        label={t('audit.since')}
        value={filter.since === undefined ? '' : dayOf(filter.since)}
        onChange={(event) => change({ since: dayBegins(event.currentTarget.value) })}
      />
    </Group>
  );
}

/** The day of an instant by the clock of this browser, as a date field has it. */
function dayOf(iso: string): string {
  const at = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** When a day of a date field begins; undefined while it is not whole. */
function dayBegins(day: string): string | undefined {
  const at = new Date(`${day}T00:00`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
