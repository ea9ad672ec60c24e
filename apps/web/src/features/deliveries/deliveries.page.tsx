import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { type NoticeState, noticeStates } from '@carillon/core/state/states';
import { Button, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Ask } from '../../components/ask.js';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { NothingFound } from '../../components/nothing-found.js';
import { NoticeBody } from '../../components/notice-body.js';
import { type Notice, NoticeCells, useNoticeHead } from '../../components/notice-cells.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { isFiltered } from '../../lib/search.js';
import { useMay } from '../../lib/use-may.js';
import { useTitle } from '../../lib/use-title.js';
import { useTyped } from '../../lib/use-typed.js';
import { ExportDeliveries } from './deliveries-csv.js';
import type { DeliveryFilter } from './delivery-filter.js';
import { useReplay } from './use-replay.js';

/** Notices and what became of them; what was given up can be sent again. */
export function DeliveriesPage() {
  const { t } = useWords();
  useTitle(t('nav.deliveries'));
  const { state, channel } = useSearch({ from: '/signed-in/deliveries' });
  const filter = { state, channel };
  const deliveries = useInfiniteQuery(pagedQuery(channelRoutes.deliveries, filter, 10_000));
  const head = [t('deliveries.incident'), ...useNoticeHead(), ''];
  const replay = useReplay();
  const [asked, setAsked] = useState(false);
  const may = useMay('delivery.replay');
  const dead = deliveries.data?.pages.flatMap(({ items }) => items).filter((notice) => notice.state === 'dead') ?? [];
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('nav.deliveries')}</Title>
        <ExportDeliveries filter={filter} />
      </Group>
      <Group align="end" justify="space-between">
        <Filters />
        {may && dead.length > 1 && (
          <Button variant="default" loading={replay.isPending} onClick={() => setAsked(true)}>
            {t('deliveries.sendAll', { count: Math.min(dead.length, mostAtOnce) })}
          </Button>
        )}
      </Group>
      <Ask
        opened={asked}
        title={t('deliveries.askAll', { count: Math.min(dead.length, mostAtOnce) })}
        act={t('deliveries.sendAll', { count: Math.min(dead.length, mostAtOnce) })}
        pending={replay.isPending}
        error={replay.error}
        onAct={() =>
          replay.mutate(
            dead.slice(0, mostAtOnce).map(({ id }) => id),
            { onSuccess: () => setAsked(false) },
          )
        }
        onClose={() => setAsked(false)}
      >
        <Text size="sm">
          {t('deliveries.allMeans', { channels: [...new Set(dead.map(({ channel }) => channel))].join(', ') })}
        </Text>
      </Ask>
      {replay.isError && !asked && <Failure error={replay.error} />}
      {replay.isSuccess && (
        <Text role="status" size="sm">
          {t('deliveries.sentAgain', { count: replay.data.replayed })}
        </Text>
      )}
      <PagedTable
        query={deliveries}
        label={t('nav.deliveries')}
        head={head}
        row={(notice) => <Row key={notice.id} notice={notice} replay={replay} />}
        empty={
          isFiltered(filter) ? (
            <NothingFound text={t('deliveries.noneFound')} />
          ) : (
            <Empty text={t('deliveries.none')}>
              <PageLink to="/alerting/channels">{t('deliveries.channels')}</PageLink>
            </Empty>
          )
        }
      />
    </Stack>
  );
}

/** As the API takes. */
const mostAtOnce = 1_000;

function Row({ notice, replay }: { notice: Notice; replay: ReturnType<typeof useReplay> }) {
  const { t } = useWords();
  const { id, incident, state } = notice;
  const may = useMay('delivery.replay');
  return (
    <Table.Tr>
      <Table.Td>
        {incident === null ? (
          '–'
        ) : (
          <PageLink to="/incidents/$number" params={{ number: String(incident) }}>
            {incident}
          </PageLink>
        )}
      </Table.Td>
      <NoticeCells notice={notice} />
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <NoticeBody id={id} />
          {may && state === 'dead' && (
            <Button size="compact-xs" variant="default" disabled={replay.isPending} onClick={() => replay.mutate([id])}>
              {t('deliveries.sendAgain')}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Filters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const change = (part: DeliveryFilter) =>
    void navigate({ to: '/deliveries', search: (before) => ({ ...before, ...part }), replace: true });
  const channel = useTyped(filter.channel, (text) => change({ channel: text }));
  return (
    <Group align="end">
      <Select
        label={t('common.state')}
        placeholder={t('common.all')}
        clearable
        data={noticeStates.map((value) => ({ value, label: t(`notice.${value}`) }))}
        value={filter.state ?? null}
        onChange={(value) => change({ state: (value as NoticeState | null) ?? undefined })}
      />
      <TextInput label={t('incidents.channel')} {...channel} />
    </Group>
  );
}
