import type { Response } from '@carillon/contract/http/route';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { type NoticeState, noticeStates } from '@carillon/core/state/states';
import { Button, Code, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../../../components/dialog.js';
import { Empty } from '../../../components/empty.js';
import { Facts } from '../../../components/facts.js';
import { Failure } from '../../../components/failure.js';
import { Loaded } from '../../../components/loaded.js';
import { PageLink } from '../../../components/page-link.js';
import { PagedTable } from '../../../components/paged-table.js';
import { NoticeBadge } from '../../../components/state-badge.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { call, pagedQuery, query } from '../../../lib/api.js';
import { useMay } from '../../../lib/use-may.js';
import { useOnce } from '../../../lib/use-once.js';
import { useTitle } from '../../../lib/use-title.js';
import { WayBadge } from '../health-badge.js';
import { SubscriptionActs } from './subscription-acts.js';
import type { Subscription } from './subscription-type.js';

type Delivery = Response<typeof subscriptionRoutes.deliveries>['items'][number];

/** One subscription, and what became of its events. */
export function SubscriptionPage() {
  const { id } = useParams({ from: '/signed-in/alerting/subscriptions/$id' });
  const subscription = useQuery(query(subscriptionRoutes.get, { id }, 10_000));
  return <Loaded query={subscription}>{(data) => <Details subscription={data} />}</Loaded>;
}

function Details({ subscription }: { subscription: Subscription }) {
  const { t } = useWords();
  const { outcomeText } = useServerText();
  const { id, name, url, events, match, signing, enabled, health, problem, author, createdAt } = subscription;
  useTitle(name);
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <Group gap="xs">
          <Title order={1}>{name}</Title>
          <WayBadge health={health} enabled={enabled} />
        </Group>
        <SubscriptionActs subscription={subscription} />
      </Group>
      {problem && <Text c="red">{outcomeText(problem)}</Text>}
      <Facts
        items={[
          [t('doc.url'), url],
          [t('subscriptions.events'), events.join(', ')],
          [t('doc.match'), match.join(' ') || '–'],
          [t('doc.signing'), signing.map(({ secret }) => secret).join(', ')],
          [t('quiet.who'), author],
          [t('audit.at'), <When key="at" at={createdAt} />],
        ]}
      />
      <Deliveries id={id} isOn={enabled && health !== 'stopped'} />
    </Stack>
  );
}

function Deliveries({ id, isOn }: { id: string; isOn: boolean }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const { state } = useSearch({ from: '/signed-in/alerting/subscriptions/$id' });
  const asked = { id, ...(state ? { state } : {}) };
  const deliveries = useInfiniteQuery(pagedQuery(subscriptionRoutes.deliveries, asked, 10_000));
  return (
    <>
      <Group align="end">
        <Select
          label={t('common.state')}
          placeholder={t('common.all')}
          clearable
          data={noticeStates.map((value) => ({ value, label: t(`notice.${value}`) }))}
          value={state ?? null}
          onChange={(value) =>
            void navigate({
              to: '/alerting/subscriptions/$id',
              params: { id },
              search: { state: (value as NoticeState | null) ?? undefined },
              replace: true,
            })
          }
        />
      </Group>
      <PagedTable
        query={deliveries}
        label={t('nav.deliveries')}
        csv={{ name: 'events', route: subscriptionRoutes.deliveries, request: asked }}
        head={[t('incidents.at'), t('common.state'), t('incidents.reason'), t('incidents.answer'), '']}
        row={(delivery) => <Row key={delivery.id} id={id} delivery={delivery} isOn={isOn} />}
        empty={<Empty text={t(state ? 'deliveries.noneFound' : 'subscriptions.noEvents')} />}
      />
    </>
  );
}

function Row({ id, delivery, isOn }: { id: string; delivery: Delivery; isOn: boolean }) {
  const { t } = useWords();
  const { outcomeText } = useServerText();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const may = useMay('subscription.manage');
  const { incident, runId, state, outcome, attempts } = delivery;
  const replay = useOnce({
    mutationFn: () => call(subscriptionRoutes.replay, { id, body: { ids: [delivery.id] } }),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Table.Tr>
      <Table.Td>
        <When at={delivery.createdAt} />
      </Table.Td>
      <Table.Td>
        <NoticeBadge state={state} />
      </Table.Td>
      <Table.Td>
        {delivery.type}{' '}
        {incident !== null && (
          <PageLink to="/incidents/$number" params={{ number: String(incident) }}>
            #{incident}
          </PageLink>
        )}
        {runId && (
          <PageLink to="/runs/$id" params={{ id: runId }}>
            {t('incidents.run')}
          </PageLink>
        )}
      </Table.Td>
      <Table.Td className="wrap">
        {outcome ? outcomeText(outcome) : '–'}
        {attempts > 1 && ` · ${t('incidents.tries', { count: attempts })}`}
        {replay.isError && <Failure error={replay.error} />}
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <Button size="compact-xs" variant="default" onClick={() => setOpened(true)}>
            {t('deliveries.show')}
          </Button>
          {may && isOn && (state === 'dead' || state === 'sent') && delivery.type !== 'ping' && (
            <Button size="compact-xs" variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
              {t('deliveries.sendAgain')}
            </Button>
          )}
        </Group>
        <Dialog opened={opened} onClose={() => setOpened(false)} title={delivery.type} size="lg">
          {opened && <Body id={id} delivery={delivery.id} />}
        </Dialog>
      </Table.Td>
    </Table.Tr>
  );
}

function Body({ id, delivery }: { id: string; delivery: string }) {
  const body = useQuery(query(subscriptionRoutes.delivery, { id, delivery }));
  return (
    <Loaded query={body}>
      {(data) => (
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {JSON.stringify(data.body, null, 2)}
        </Code>
      )}
    </Loaded>
  );
}
