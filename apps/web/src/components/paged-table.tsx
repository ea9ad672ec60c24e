import type { Route } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { Group, Stack, Table } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../lib/api.js';
import { ExportButton } from './export-button.js';
import { Failure } from './failure.js';
import { Placeholder } from './loaded.js';
import { MoreButton } from './more-button.js';

interface Csv<T> {
  /** Of the file. */
  readonly name: string;
  readonly route: Route;
  readonly request: object;
  /** A row with its sentences in the reader's language; its fields keep their names. */
  readonly told?: (item: T) => T;
}

interface Props<T> {
  readonly query: UseInfiniteQueryResult<InfiniteData<{ items: T[]; next: string | null }>>;
  readonly head: readonly string[];
  /** Before the first column, such as a mark for all rows. */
  readonly lead?: ReactNode;
  readonly row: (item: T) => ReactNode;
  /** Shown instead of an empty table. */
  readonly empty: ReactNode;
  readonly label: string;
  /** Where all its rows come from, for a spreadsheet; without it the page offers that itself. */
  readonly csv?: Csv<T>;
}

/** A list that grows page by page. */
export function PagedTable<T extends object>({ query, head, lead, row, empty, label, csv }: Props<T>) {
  if (query.data === undefined) {
    return query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : <Placeholder />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      {query.isError && <Failure error={query.error} />}
      {items.length === 0 ? (
        empty
      ) : (
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label={label}>
            <Table.Thead>
              <Table.Tr>
                {lead !== undefined && <Table.Th w={36}>{lead}</Table.Th>}
                {head.map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>{items.map(row)}</Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group justify="space-between">
        <MoreButton query={query} />
        {csv && items.length > 0 && <Export csv={csv} />}
      </Group>
    </Stack>
  );
}

interface Rows<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

function Export<T extends object>({ csv: { name, route, request, told } }: { csv: Csv<T> }) {
  const read = async (cursor: string | undefined, signal: AbortSignal) => {
    const page = (await call(route, { ...request, limit: limits.pageItems.max, cursor } as never, signal)) as Rows<T>;
    return told ? { ...page, items: page.items.map(told) } : page;
  };
  return <ExportButton name={name} size="compact-xs" read={read} />;
}
