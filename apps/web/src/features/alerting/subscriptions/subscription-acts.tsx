import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../../components/ask.js';
import { Failure } from '../../../components/failure.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useMay } from '../../../lib/use-may.js';
import { useOnce } from '../../../lib/use-once.js';
import { TestOutcome } from '../test-outcome.js';
import { EditSubscription } from './edit-subscription.js';
import type { Subscription } from './subscription-type.js';

/** Tries a subscription, stops and starts it, sends again what it did not hear, takes it away; nothing for whom that is refused. */
export function SubscriptionActs({ subscription }: { subscription: Subscription }) {
  return useMay('subscription.manage') ? <Acts subscription={subscription} /> : null;
}

function Acts({ subscription }: { subscription: Subscription }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [asked, setAsked] = useState<'remove' | 'stop' | 'replay' | null>(null);
  const { id, name, enabled, health, waiting, dead, createdAt } = subscription;
  const isOn = enabled && health !== 'stopped';
  const onSuccess = async () => {
    setAsked(null);
    await client.invalidateQueries();
  };
  const test = useOnce({ mutationFn: () => call(subscriptionRoutes.test, { id }), onSettled: onSuccess });
  const turn = useOnce({
    mutationFn: (on: boolean) => call(subscriptionRoutes.change, { id, body: { enabled: on } }),
    onSuccess,
  });
  const replay = useOnce({
    mutationFn: () => call(subscriptionRoutes.replay, { id, body: { since: createdAt } }),
    onSuccess,
  });
  const remove = useOnce({ mutationFn: () => call(subscriptionRoutes.remove, { id }), onSuccess });
  const close = () => setAsked(null);
  return (
    <>
      <Group gap={6}>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('alerting.testNamed', { name })}
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          {t('alerting.test')}
        </Button>
        {isOn ? (
          <Button size="compact-sm" variant="default" onClick={() => setAsked('stop')}>
            {t('subscriptions.stop')}
          </Button>
        ) : (
          <Button size="compact-sm" loading={turn.isPending} onClick={() => turn.mutate(true)}>
            {t('subscriptions.start')}
          </Button>
        )}
        {isOn && dead > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => setAsked('replay')}>
            {t('subscriptions.replay', { count: dead })}
          </Button>
        )}
        <EditSubscription subscription={subscription} />
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={t('alerting.remove', { name })}
          onClick={() => setAsked('remove')}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Group>
      <TestOutcome test={test} />
      {turn.isError && asked === null && <Failure error={turn.error} />}
      {replay.data && (
        <Text size="xs" role="status">
          {t('subscriptions.replayed', { count: replay.data.replayed })}
        </Text>
      )}
      <Ask
        opened={asked === 'stop'}
        title={t('subscriptions.askStop', { name })}
        act={t('subscriptions.stop')}
        pending={turn.isPending}
        error={turn.error}
        onAct={() => turn.mutate(false)}
        onClose={close}
      >
        <Text size="sm">{t('subscriptions.stopMeans', { count: waiting })}</Text>
      </Ask>
      <Ask
        opened={asked === 'replay'}
        title={t('subscriptions.askReplay', { count: dead })}
        act={t('subscriptions.replay', { count: dead })}
        pending={replay.isPending}
        error={replay.error}
        onAct={() => replay.mutate()}
        onClose={close}
      >
        <Text size="sm">{t('subscriptions.replayMeans')}</Text>
      </Ask>
      <Ask
        opened={asked === 'remove'}
        title={t('alerting.askRemove', { name })}
        act={t('alerting.removeIt')}
        danger
        pending={remove.isPending}
        error={remove.error}
        onAct={() => remove.mutate()}
        onClose={close}
      >
        <Text size="sm">{t('subscriptions.removeMeans', { count: waiting + dead })}</Text>
      </Ask>
    </>
  );
}
