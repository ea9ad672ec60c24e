import { accessTokenRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { type TokenArea, tokenAreas } from '@carillon/core/access/roles';
import { Button, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ExportRows } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { useTitle } from '../../lib/use-title.js';
import { OwnSecrets } from './own-secrets.js';
import { SecurityKeys } from './security-keys.js';
import { SessionRow, useSessionHead } from './session-row.js';
import { ShownOnce } from './shown-once.js';
import { areaWords, TokenRow, useTokenHead } from './token-row.js';
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
        <Written grants={me.data?.grants ?? []} />
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
      <ExportRows name="own-sessions" rows={sessions.data?.items ?? []} />
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

function NewToken() {
  const { t } = useWords();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [area, setArea] = useState<TokenArea>('all');
  const [days, setDays] = useState('90');
  const make = useOnce({
    mutationFn: () =>
      call(accessTokenRoutes.create, { body: { name: name.trim(), area, expiresInDays: Number(days) } }),
    onSuccess: () => {
      setName('');
      return client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const faults = useFieldFaults(make.error, ['name', 'expiresInDays']);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" mt="md">
        {faults.rest !== null && <Failure error={faults.rest} />}
        {make.data && <ShownOnce words={t('access.token')} secret={make.data.token} />}
        <Group align="end">
          <TextInput
            label={t('access.name')}
            error={faults.of('name')}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('access.area')}
            allowDeselect={false}
            data={tokenAreas.map((value) => ({ value, label: t(areaWords[value]) }))}
            value={area}
            onChange={(value) => setArea((value as TokenArea | null) ?? 'all')}
          />
          <TextInput
            label={t('access.days')}
            w={90}
            type="number"
            min={1}
            max={365}
            required
            error={faults.of('expiresInDays')}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
            {t('access.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
