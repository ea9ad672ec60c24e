import { auditKinds, auditRoutes } from '@carillon/contract/http/audit.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Code, Group, Select, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../../components/empty.js';
import { NothingFound } from '../../../components/nothing-found.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { pagedQuery } from '../../../lib/api.js';
import { isFiltered } from '../../../lib/search.js';
import { useTitle } from '../../../lib/use-title.js';
import { useTyped } from '../../../lib/use-typed.js';
import { actWord } from './act-words.js';
import { type AuditFilter, readAuditFilter } from './audit-filter.js';
import { AuditLink } from './audit-link.js';
import { changedParts } from './changed-parts.js';

type Entry = Response<typeof auditRoutes.list>['items'][number];

/** Who changed what, and how it was before. */
export function AuditPage() {
  const { t } = useWords();
  useTitle(t('nav.audit'));
  // The router keeps what the filter does not mention; the server would refuse it.
  const { auditText } = useServerText();
  const filter = readAuditFilter({ ...useSearch({ from: '/signed-in/alerting/audit' }) });
  const entries = useInfiniteQuery(pagedQuery(auditRoutes.list, { ...filter }, 30_000));
  return (
    <Stack>
      <div>
        <Title order={1}>{t('nav.audit')}</Title>
        <Text size="sm" c="dimmed" maw={640}>
          {t('audit.text')} {t('audit.chain')}
        </Text>
      </div>
      <Filters />
      <PagedTable
        query={entries}
        label={t('nav.audit')}
        csv={{
          name: 'audit',
          route: auditRoutes.list,
          request: filter,
          told: (row) => ({ ...row, ...auditText({ ...row, after: row.after }) }),
        }}
        head={[t('incidents.at'), t('quiet.who'), t('audit.act'), t('audit.what'), t('audit.change')]}
        row={(entry) => <Row key={entry.id} entry={entry} />}
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

function Row({ entry }: { entry: Entry }) {
  const { t } = useWords();
  const { auditText } = useServerText();
  const { at, kind, act, from, before, after, given, chained } = entry;
  const { actor, what, text } = auditText({ ...entry, after });
  return (
    <Table.Tr>
      <Table.Td>
        <When at={at} />
      </Table.Td>
      <Table.Td className="wrap">
        {actor}
        <Text size="xs" c="dimmed">
          {chained ? from : t('audit.unchained')}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color="gray" size="sm" tt="none">
          {t(`audit.kind.${kind}`)} · {actWord(act, t)}
        </Badge>
      </Table.Td>
      <Table.Td className="wrap">
        <AuditLink entry={entry}>{what}</AuditLink>
        {text && (
          <Text size="xs" c="dimmed">
            {text}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="wrap" miw={240}>
        <Change before={before} after={after} given={given} isLabels={act === 'labelled'} />
      </Table.Td>
    </Table.Tr>
  );
}

interface Changed extends Pick<Entry, 'before' | 'after' | 'given'> {
  /** Its parts are names that people gave. */
  readonly isLabels: boolean;
}

/** What differs in short; both whole on demand. */
function Change({ before, after, given, isLabels }: Changed) {
  const { t } = useWords();
  const { fieldName } = useServerText();
  if ((before ?? null) === null && (after ?? null) === null) {
    if ((given ?? null) === null) return '–';
    return (
      <details className="whole">
        <summary>{t('audit.given')}</summary>
        <Whole part={given} />
      </details>
    );
  }
  const parts = changedParts(before, after);
  const shown = parts.slice(0, 6).map((part) => (isLabels ? part : fieldName(part)));
  return (
    <details className="whole">
      <summary>{parts.length > 0 ? shown.join(', ') : t('audit.whole')}</summary>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {[before, after].map((side, index) => (
          <div key={index === 0 ? 'before' : 'after'}>
            <Text size="xs" c="dimmed">
              {t(index === 0 ? 'audit.before' : 'audit.after')}
            </Text>
            <Whole part={side} />
          </div>
        ))}
      </SimpleGrid>
    </details>
  );
}

function Whole({ part }: { part: unknown }) {
  return (
    <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {part === null || part === undefined ? '–' : JSON.stringify(part, null, 2)}
    </Code>
  );
}
