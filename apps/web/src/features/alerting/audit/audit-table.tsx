import { auditRoutes } from '@carillon/contract/http/audit.routes';
import type { Request, Response } from '@carillon/contract/http/route';
import { Badge, Code, SimpleGrid, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { pagedQuery } from '../../../lib/api.js';
import { actWord } from './act-words.js';
import { AuditLink } from './audit-link.js';
import { changedParts } from './changed-parts.js';

type Entry = Response<typeof auditRoutes.list>['items'][number];

interface Props {
  readonly asked: Request<typeof auditRoutes.list>;
  /** Shown where there is nothing. */
  readonly empty: ReactNode;
}

/** What was done, newest first, with what it was before. */
export function AuditTable({ asked, empty }: Props) {
  const { t } = useWords();
  const { auditText } = useServerText();
  const entries = useInfiniteQuery(pagedQuery(auditRoutes.list, { ...asked }, 30_000));
  return (
    <PagedTable
      query={entries}
      label={t('nav.audit')}
      csv={{
        name: 'audit',
        route: auditRoutes.list,
        request: asked,
        told: (row) => ({ ...row, ...auditText({ ...row, after: row.after }) }),
      }}
      head={[t('incidents.at'), t('quiet.who'), t('audit.act'), t('audit.what'), t('audit.change')]}
      row={(entry) => <Row key={entry.id} entry={entry} />}
      empty={empty}
    />
  );
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
