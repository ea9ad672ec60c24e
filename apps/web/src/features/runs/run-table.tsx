import type { Request } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { MoreButton } from '../../components/more-button.js';
import { useTimes } from '../../components/when.js';
import { WindowedTable } from '../../components/windowed-table.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { FoundText } from './found-text.js';
import { RunRow, useRunHead } from './run-rows.js';

/** Runs asked for at a time. */
const limit = 100;

/** Runs that match a filter, newest first; more come as the reader comes near the end. */
export function RunTable({ filter, empty }: { filter: Request<typeof runRoutes.list>; empty: ReactNode }) {
  const { t } = useWords();
  const { timeText } = useTimes();
  const text = filter.outputContains;
  const head = [...useRunHead(), ...(text === undefined ? [] : [t('runs.found')])];
  const runs = useInfiniteQuery(pagedQuery(runRoutes.list, { ...filter, limit }, 5_000));
  const notSearched = runs.data?.pages[0]?.notSearched;
  const items = runs.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      {runs.isError && <Failure error={runs.error} onRetry={() => void runs.refetch()} />}
      {items === undefined && !runs.isError && <Placeholder />}
      {items?.length === 0 && empty}
      {items && items.length > 0 && (
        <WindowedTable
          items={items}
          head={head}
          label={t('nav.runs')}
          onNearEnd={() => runs.hasNextPage && !runs.isFetching && void runs.fetchNextPage()}
          row={(run, index) => (
            <RunRow key={run.id} run={run} index={index} find={text}>
              {text !== undefined && (
                <Table.Td>
                  <FoundText found={run.found} />
                </Table.Td>
              )}
            </RunRow>
          )}
        />
      )}
      {notSearched && (
        <Text size="sm" c="dimmed">
          {t('runs.notSearched', { time: timeText(notSearched) })}
        </Text>
      )}
      <MoreButton query={runs} />
    </Stack>
  );
}
