import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../../components/empty.js';
import { PageLink } from '../../../components/page-link.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { HandOver } from '../channels/hand-over.js';
import { WayBadge } from '../health-badge.js';
import { PageHead } from '../list-head.js';
import { AddSubscription } from './add-subscription.js';
import { SubscriptionActs } from './subscription-acts.js';
import type { Subscription } from './subscription-type.js';

/** Other systems that are told by webhook, and whether they hear it. */
export function SubscriptionsPage() {
  const { t } = useWords();
  useTitle(t('nav.subscriptions'));
  const subscriptions = useInfiniteQuery(pagedQuery(subscriptionRoutes.list, {}, 10_000));
  return (
    <Stack>
      <PageHead title={t('nav.subscriptions')} text={t('subscriptions.text')}>
        <AddSubscription />
      </PageHead>
      <PagedTable
        query={subscriptions}
        label={t('nav.subscriptions')}
        csv={{ name: 'subscriptions', route: subscriptionRoutes.list, request: {} }}
        head={[t('common.name'), t('common.state'), t('subscriptions.events'), t('channels.queue'), '']}
        row={(subscription) => <Row key={subscription.id} subscription={subscription} />}
        empty={
          <Empty
            text={t('subscriptions.none')}
            command="carillon subscriptions add helpdesk --url https://helpdesk.example/hook --secret helpdesk-hook"
          />
        }
      />
    </Stack>
  );
}

function Row({ subscription }: { subscription: Subscription }) {
  const { t } = useWords();
  const { outcomeText } = useServerText();
  const { id, name, url, events, match, enabled, health, problem, failingSince, missingSecrets } = subscription;
  const { waiting, dead, dropped } = subscription;
  return (
    <Table.Tr>
      <Table.Td className="wrap" miw={180}>
        <PageLink to="/alerting/subscriptions/$id" params={{ id }}>
          {name}
        </PageLink>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {url}
        </Text>
      </Table.Td>
      <Table.Td className="wrap" miw={160}>
        <WayBadge health={health} enabled={enabled} />
        {problem && <Text size="xs">{outcomeText(problem)}</Text>}
        {failingSince && (
          <Text size="xs">
            {t('subscriptions.failingSince')} <When at={failingSince} />
          </Text>
        )}
        {missingSecrets.map((secret) => (
          <HandOver key={secret} name={secret} />
        ))}
      </Table.Td>
      <Table.Td className="wrap">
        <Text size="sm">{events.join(', ')}</Text>
        {match.length > 0 && (
          <Text size="xs" className="mono">
            {match.join(' ')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Stack gap={0}>
          {waiting > 0 && <Text size="sm">{t('channels.waiting', { count: waiting })}</Text>}
          {dead > 0 && (
            <PageLink to="/alerting/subscriptions/$id" params={{ id }} search={{ state: 'dead' }} c="red">
              {t('channels.dead', { count: dead })}
            </PageLink>
          )}
          {dropped > 0 && <Text size="sm">{t('subscriptions.dropped', { count: dropped })}</Text>}
          {waiting + dead + dropped === 0 && '–'}
        </Stack>
      </Table.Td>
      <Table.Td className="wrap" miw={220}>
        <SubscriptionActs subscription={subscription} />
      </Table.Td>
    </Table.Tr>
  );
}
