import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { Alert, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../../../i18n/index.js';
import { query } from '../../../lib/api.js';
import { HandOver } from '../channels/hand-over.js';

/** Secrets that channels and subscriptions name and nobody has handed over; nothing while there are none. */
export function MissingSecrets() {
  const { t } = useWords();
  const channels = useQuery(query(channelRoutes.list, { limit: 200 }));
  const subscriptions = useQuery(query(subscriptionRoutes.list, { limit: 200 }));
  const items = [...(channels.data?.items ?? []), ...(subscriptions.data?.items ?? [])];
  const missing = [...new Set(items.flatMap(({ missingSecrets }) => missingSecrets))].sort();
  if (missing.length === 0) return null;
  return (
    <Alert color="orange" variant="light" title={t('secrets.missing')}>
      <Group gap="xs">
        {missing.map((name) => (
          <HandOver key={name} name={name} />
        ))}
      </Group>
    </Alert>
  );
}
