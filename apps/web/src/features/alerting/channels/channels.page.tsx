import { channelRoutes } from '@carillon/contract/http/channels.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../../components/empty.js';
import { PageLink } from '../../../components/page-link.js';
import { PagedTable } from '../../../components/paged-table.js';
import { NoticeBadge } from '../../../components/state-badge.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { type Removal, RemoveDocument, Removed, useRemoval } from '../documents/removal.js';
import { WayBadge } from '../health-badge.js';
import { ListHead } from '../list-head.js';
import { HandOver } from './hand-over.js';
import { TestChannel } from './test-channel.js';

type Channel = Response<typeof channelRoutes.list>['items'][number];

/** Where notices go, whether they arrive, and a real one to try it. */
export function ChannelsPage() {
  const { t } = useWords();
  useTitle(t('nav.channels'));
  const channels = useInfiniteQuery(pagedQuery(channelRoutes.list, {}, 10_000));
  const removal = useRemoval('Channel');
  return (
    <Stack>
      <ListHead kind="Channel" title={t('nav.channels')} text={t('channels.text')} />
      <Removed removal={removal} word={t('alerting.removed')} />
      <PagedTable
        query={channels}
        label={t('nav.channels')}
        csv={{ name: 'channels', route: channelRoutes.list, request: {} }}
        head={[t('common.name'), t('doc.type'), t('common.state'), t('channels.last'), t('channels.queue'), '']}
        row={(channel) => <Row key={channel.name} channel={channel} removal={removal} />}
        empty={<Empty text={t('channels.none')} command="carillon apply -f examples/alerting/channels.yaml" />}
      />
    </Stack>
  );
}

function Row({ channel, removal }: { channel: Channel; removal: Removal }) {
  const { t } = useWords();
  const { outcomeText } = useServerText();
  const { name, type, enabled, fallback, health, problem, missingSecrets, waiting, dead, openUntil, lastDelivery } =
    channel;
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <DocumentLink kind="Channel" name={name} />
        {fallback && (
          <Text size="xs" c="dimmed">
            {t('channels.fallback', { name: fallback })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{type}</Table.Td>
      <Table.Td className="wrap" miw={180}>
        <WayBadge health={health} enabled={enabled} last={lastDelivery?.state} />
        {problem && <Text size="xs">{outcomeText(problem)}</Text>}
        {openUntil && health === 'failing' && (
          <Text size="xs">
            {t('channels.openUntil')} <When at={openUntil} />
          </Text>
        )}
        {missingSecrets.map((secret) => (
          <HandOver key={secret} name={secret} />
        ))}
      </Table.Td>
      <Table.Td className="wrap" miw={160}>
        {lastDelivery ? (
          <>
            <Group gap={6}>
              <NoticeBadge state={lastDelivery.state} />
              <When at={lastDelivery.sentAt ?? lastDelivery.createdAt} />
            </Group>
            {lastDelivery.outcome && lastDelivery.state !== 'sent' && (
              <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                {outcomeText(lastDelivery.outcome)}
              </Text>
            )}
          </>
        ) : (
          t('channels.nothingYet')
        )}
      </Table.Td>
      <Table.Td>
        <Stack gap={0}>
          {waiting > 0 && (
            <PageLink to="/deliveries" search={{ channel: name.toLowerCase() }}>
              {t('channels.waiting', { count: waiting })}
            </PageLink>
          )}
          {dead > 0 && (
            <PageLink to="/deliveries" search={{ channel: name.toLowerCase(), state: 'dead' }} c="red">
              {t('channels.dead', { count: dead })}
            </PageLink>
          )}
          {waiting + dead === 0 && '–'}
        </Stack>
      </Table.Td>
      <Table.Td className="wrap" miw={170}>
        <Group gap={6} wrap="nowrap" align="start">
          <TestChannel name={name} />
          <RemoveDocument name={name} removal={removal} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
