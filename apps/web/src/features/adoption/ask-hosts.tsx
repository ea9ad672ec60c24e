import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';

const lookMs = 2_000;

/** Asks all hosts for their tasks as they are now, and follows until they have answered. */
export function AskHosts() {
  const { t } = useWords();
  const client = useQueryClient();
  const may = useMay('host.refresh');
  const ask = useOnce({ mutationFn: () => call(inventoryRoutes.refreshAll, { body: {} }) });
  const since = ask.data?.requestedAt;
  const stale = useQuery({
    ...query(inventoryRoutes.stale, { since: since ?? '' }),
    enabled: since !== undefined,
    refetchInterval: ({ state: { data } }) => (data?.count === 0 ? false : lookMs),
  });
  const left = stale.data?.count;
  useEffect(() => {
    if (left !== undefined) void client.invalidateQueries({ queryKey: [inventoryRoutes.groups.path] });
  }, [left, client]);
  return (
    <Group gap="sm">
      {ask.data && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {[
            t('adoption.asked', { count: ask.data.asked }),
            left ? t('adoption.waiting', { count: left }) : '',
            ask.data.offlineCount > 0 ? t('adoption.offline', { n: ask.data.offlineCount }) : '',
          ]
            .filter(Boolean)
            .join(' ')}
        </Text>
      )}
      {ask.isError && <Failure error={ask.error} />}
      {may && (
        <Button variant="light" loading={ask.isPending} onClick={() => ask.mutate()}>
          {t('adoption.ask')}
        </Button>
      )}
    </Group>
  );
}
