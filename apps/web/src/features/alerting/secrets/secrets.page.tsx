import { channelRoutes } from '@carillon/contract/http/channels.routes';
import type { Response } from '@carillon/contract/http/route';
import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../../../components/empty.js';
import { OnlyFor } from '../../../components/only-for.js';
import { PageLink } from '../../../components/page-link.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { call, pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { PageHead } from '../list-head.js';
import { Forget } from './forget.js';
import { JobSecrets } from './job-secrets.js';
import { MissingSecrets } from './missing-secrets.js';
import { SecretForm } from './secret-form.js';

type Secret = Response<typeof channelRoutes.secrets>['items'][number];

/** The server's secrets by name: where each is used and when it was handed over. Values only go in. */
export function SecretsPage() {
  const { t } = useWords();
  useTitle(t('nav.secrets'));
  return (
    <OnlyFor action="secret.manage" title={t('nav.secrets')}>
      <Secrets />
    </OnlyFor>
  );
}

function Secrets() {
  const { t } = useWords();
  const secrets = useInfiniteQuery(pagedQuery(channelRoutes.secrets, { limit: 100 }));
  const [done, setDone] = useState<string>();
  return (
    <Stack>
      <PageHead title={t('nav.secrets')} text={t('secrets.text')}>
        <SecretForm
          name={undefined}
          onDone={setDone}
          button={(open) => (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t('secrets.new')}
            </Button>
          )}
        />
      </PageHead>
      {done !== undefined && (
        <Alert color="teal" variant="light" role="status">
          {t('secrets.done', { name: done })}
        </Alert>
      )}
      <MissingSecrets />
      <PagedTable
        query={secrets}
        label={t('nav.secrets')}
        csv={{ name: 'secrets', route: channelRoutes.secrets, request: {} }}
        head={[t('secrets.name'), t('secrets.usedBy'), t('secrets.changed'), t('quiet.who'), '']}
        row={(secret) => <Row key={secret.name} secret={secret} onDone={setDone} />}
        empty={<Empty text={t('secrets.none')} command="carillon secret set NAME" />}
      />
      <JobSecrets purpose="secret" onDone={setDone} />
      <JobSecrets purpose="account" onDone={setDone} />
    </Stack>
  );
}

function Row({
  secret: { name, usedBy, updatedAt, author },
  onDone,
}: {
  secret: Secret;
  onDone: (name: string) => void;
}) {
  const { t } = useWords();
  return (
    <Table.Tr>
      <Table.Td className="mono wrap">{name}</Table.Td>
      <Table.Td className="wrap">
        {usedBy.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('secrets.unused')}
          </Text>
        ) : (
          <Group gap="sm">
            {usedBy.map((user) => (
              <User key={user} name={user} />
            ))}
          </Group>
        )}
      </Table.Td>
      <Table.Td>
        <When at={updatedAt} />
      </Table.Td>
      <Table.Td className="wrap">{author}</Table.Td>
      <Table.Td>
        <Group gap="xs" justify="end" wrap="nowrap">
          <SecretForm
            name={name}
            onDone={onDone}
            button={(open) => (
              <Button size="compact-sm" variant="default" aria-label={t('secrets.setNamed', { name })} onClick={open}>
                {t('secrets.set')}
              </Button>
            )}
          />
          {usedBy.length === 0 && <Forget name={name} forget={() => call(channelRoutes.removeSecret, { name })} />}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** As the server says it: the name of a channel, or `subscription NAME`. */
function User({ name }: { name: string }) {
  const { t } = useWords();
  const [, subscription] = /^subscription (.*)$/.exec(name) ?? [];
  return subscription === undefined ? (
    <DocumentLink kind="Channel" name={name} />
  ) : (
    <PageLink to="/alerting/subscriptions">{t('unreached.subscription', { name: subscription })}</PageLink>
  );
}
