import { nowRoutes } from '@carillon/contract/http/now.routes';
import { Alert, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../../components/page-link.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';

const places = { channel: '/alerting/channels', subscription: '/alerting/subscriptions' } as const;

/** Channels and subscriptions through which nothing goes: somebody has to look, since nobody is told. */
export function Unreached() {
  const { t } = useWords();
  const { outcomeText } = useServerText();
  const unreached = useQuery(query(nowRoutes.unreached, {}, 15_000));
  const items = unreached.data?.items ?? [];
  if (items.length === 0) return null;
  const isStopped = items.some(({ health }) => health === 'stopped');
  return (
    <Alert color={isStopped ? 'red' : 'orange'} title={t('unreached.title')}>
      <Stack gap={4}>
        {items.map(({ kind, name, health, problem, since, waiting }) => (
          <Group key={`${kind} ${name}`} gap="xs">
            <PageLink to={places[kind]}>{t(`unreached.${kind}`, { name })}</PageLink>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {t(`way.${health}`)}
              {problem && `: ${outcomeText(problem)}`}
              {since && (
                <>
                  {' '}
                  · {t('unreached.since')} <When at={since} />
                </>
              )}
              {waiting > 0 && ` · ${t('channels.waiting', { count: waiting })}`}
            </Text>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
