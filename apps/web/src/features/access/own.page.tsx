import { accessTokenRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ExportRows } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { EndOthers } from './end-others.js';
import { NewToken } from './new-token.js';
import { OwnSecrets } from './own-secrets.js';
import { SecurityKeys } from './security-keys.js';
import { SessionRow, useSessionHead } from './session-row.js';
import { TokenRow, useTokenHead } from './token-row.js';
import { Written } from './written-grants.js';

/** What somebody may do, and his own ways in. */
export function OwnPage() {
  const { t } = useWords();
  useTitle(t('nav.own'));
  const me = useQuery(query(sessionRoutes.me, {}));
  return (
    <Stack>
      <Title order={1}>{me.data?.name ?? t('nav.own')}</Title>
      <Section title={t('access.myRights')}>
        {me.isError && <Failure error={me.error} />}
        {me.data && <Written grants={me.data.grants ?? []} />}
      </Section>
      {me.data?.hasPassword && <OwnSecrets hasSecondFactor={me.data.hasSecondFactor === true} />}
      {me.data && <SecurityKeys owner={me.data.name} />}
      <OwnSessions />
      <OwnTokens />
    </Stack>
  );
}

function OwnSessions() {
  const { t } = useWords();
  const sessions = useQuery(query(signedInRoutes.mine, {}));
  const head = useSessionHead();
  return (
    <Section title={t('access.mySessions')}>
      {sessions.isError && <Failure error={sessions.error} />}
      <Rows label={t('access.mySessions')} head={head}>
        {sessions.data?.items.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </Rows>
      <Group justify="space-between">
        <EndOthers sessions={sessions.data?.items ?? []} />
        <ExportRows name="own-sessions" rows={sessions.data?.items ?? []} />
      </Group>
    </Section>
  );
}

function OwnTokens() {
  const { t } = useWords();
  const tokens = useQuery(query(accessTokenRoutes.mine, {}));
  const head = useTokenHead();
  return (
    <Section title={t('access.tokens')}>
      {tokens.isError && <Failure error={tokens.error} />}
      {tokens.data?.items.length === 0 ? (
        <Text size="sm">{t('access.noTokens')}</Text>
      ) : (
        <Rows label={t('access.tokens')} head={head}>
          {tokens.data?.items.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </Rows>
      )}
      {tokens.data && tokens.data.items.length > 0 && <ExportRows name="own-tokens" rows={tokens.data.items} />}
      <NewToken />
    </Section>
  );
}

function Rows({ label, head, children }: { label: string; head: string[]; children: React.ReactNode }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
