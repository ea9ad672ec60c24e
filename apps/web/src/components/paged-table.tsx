import { Stack, Table } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure.js';
import { Placeholder } from './loaded.js';
import { MoreButton } from './more-button.js';

interface Props<T> {
  readonly query: UseInfiniteQueryResult<InfiniteData<{ items: T[]; next: string | null }>>;
  readonly head: readonly string[];
  readonly row: (item: T) => ReactNode;
  /** Shown instead of an empty table. */
  readonly empty: ReactNode;
  readonly label: string;
}

/** A list that grows page by page. */
export function PagedTable<T>({ query, head, row, empty, label }: Props<T>) {
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
                {head.map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>{items.map(row)}</Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <MoreButton query={query} />
    </Stack>
  );
}
