import { accessTokenRoutes, accountRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { ApiFailure } from '@carillon/contract/http/client';
import type { Response } from '@carillon/contract/http/route';
import { Button, Checkbox, Group, Stack, Table, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { OnlyFor } from '../../components/only-for.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, pagedQuery } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { useTitle } from '../../lib/use-title.js';
import { GrantsField, grantsText, readGrants } from './grants.js';
import { SessionRow, useSessionHead } from './session-row.js';
import { ShownOnce } from './shown-once.js';
import { Sure } from './sure.js';
import { TokenRow, useTokenHead } from './token-row.js';
import { Grants } from './written-grants.js';

type Account = Response<typeof accountRoutes.change>;

/** Who may sign in and what they may do; for who administers access. */
export function AccessPage() {
  const { t } = useWords();
  useTitle(t('nav.access'));
  return (
    <OnlyFor action="access.manage" title={t('nav.access')}>
      <Access />
    </OnlyFor>
  );
}

function Access() {
  const { t } = useWords();
  const accounts = useInfiniteQuery(pagedQuery(accountRoutes.list, {}));
  const tokens = useInfiniteQuery(pagedQuery(accessTokenRoutes.list, {}));
  const sessions = useInfiniteQuery(pagedQuery(signedInRoutes.list, {}));
  const tokenHead = useTokenHead();
  const sessionHead = useSessionHead();
  const head = ['name', 'state', 'secondFactor', 'signedIn', 'grants'] as const;
  return (
    <Stack>
      <Title order={1}>{t('nav.access')}</Title>
      <Section title={t('access.people')}>
        <PagedTable
          query={accounts}
          csv={{ name: 'accounts', route: accountRoutes.list, request: {} }}
          label={t('access.people')}
          head={[...head.map((word) => t(`access.${word}`)), '']}
          row={(account) => <AccountRow key={account.name} account={account} />}
          empty={<Empty text={t('access.none')} />}
        />
        <AddAccount />
      </Section>
      <Section title={t('access.tokens')}>
        <PagedTable
          query={tokens}
          csv={{ name: 'tokens', route: accessTokenRoutes.list, request: {} }}
          label={t('access.tokens')}
          head={tokenHead}
          row={(token) => <TokenRow key={token.id} token={token} />}
          empty={<Empty text={t('access.noTokens')} />}
        />
      </Section>
      <Section title={t('access.sessions')}>
        <PagedTable
          query={sessions}
          csv={{ name: 'sessions', route: signedInRoutes.list, request: {} }}
          label={t('access.sessions')}
          head={sessionHead}
          row={(session) => <SessionRow key={session.id} session={session} />}
          empty={null}
        />
      </Section>
    </Stack>
  );
}

function stateWord({ disabled, kind, hasPassword, issuer }: Account) {
  if (disabled) return 'access.disabled';
  if (kind === 'service') return 'access.service';
  return hasPassword || issuer !== null ? 'access.active' : 'access.invited';
}

function AccountRow({ account }: { account: Account }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [text, setText] = useState<string>();
  const [isAsked, setAsked] = useState(false);
  const { name, kind, disabled, signedInAt, grants } = account;
  const done = () => client.invalidateQueries();
  const change = useOnce({
    mutationFn: (body: { grants?: Account['grants']; disabled?: boolean }) =>
      call(accountRoutes.change, { name, body }),
    onSuccess: () => {
      setText(undefined);
      setAsked(false);
      return done();
    },
  });
  const [isInviting, setInviting] = useState(false);
  const invite = useOnce({
    mutationFn: () => call(accountRoutes.invite, { name }),
    onSuccess: () => {
      setInviting(false);
      return done();
    },
  });
  const error = change.error ?? invite.error;
  return (
    <>
      <Table.Tr>
        <Table.Td>{name}</Table.Td>
        <Table.Td>{t(stateWord(account))}</Table.Td>
        <Table.Td>{account.hasSecondFactor ? '✓' : '–'}</Table.Td>
        <Table.Td>{signedInAt === null ? t('access.never') : <When at={signedInAt} />}</Table.Td>
        <Table.Td>
          <Grants grants={grants} />
        </Table.Td>
        <Table.Td>
          <Group gap="xs" justify="end" wrap="nowrap">
            <Button size="compact-xs" variant="default" onClick={() => setText(grantsText(grants))}>
              {t('access.change')}
            </Button>
            {kind === 'person' && account.issuer === null && (
              <Button
                size="compact-xs"
                variant="default"
                loading={invite.isPending}
                // Who has a password loses it, and is signed out everywhere.
                onClick={() => (account.hasPassword ? setInviting(true) : invite.mutate())}
              >
                {t('access.invite')}
              </Button>
            )}
            {/* Asked first: a double click would switch it off and on again. */}
            <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
              {t(disabled ? 'access.enable' : 'access.disable')}
            </Button>
          </Group>
          <Sure
            opened={isAsked}
            title={t(disabled ? 'access.askEnable' : 'access.askDisable', { name })}
            text={t(disabled ? 'access.enableMeans' : 'access.disableMeans')}
            act={t(disabled ? 'access.enable' : 'access.disable')}
            danger={!disabled}
            pending={change.isPending}
            error={change.error}
            onAct={() => change.mutate({ disabled: !disabled })}
            onClose={() => setAsked(false)}
          />
          <Sure
            opened={isInviting}
            title={t('access.askInvite', { name })}
            text={t('access.inviteMeans')}
            act={t('access.invite')}
            pending={invite.isPending}
            error={invite.error}
            onAct={() => invite.mutate()}
            onClose={() => setInviting(false)}
          />
        </Table.Td>
      </Table.Tr>
      {(text !== undefined || invite.data || error) && (
        <Table.Tr>
          <Table.Td colSpan={6}>
            <Stack gap="sm">
              {error && <Failure error={error} />}
              {invite.data && <ShownOnce words={t('access.link')} secret={invite.data.url} />}
              {text !== undefined && (
                <>
                  <GrantsField text={text} autoFocus onChange={setText} />
                  <Group>
                    <Button
                      size="xs"
                      loading={change.isPending}
                      disabled={readGrants(text).wrong !== undefined}
                      onClick={() => change.mutate({ grants: readGrants(text).grants })}
                    >
                      {t('access.save')}
                    </Button>
                    <Button size="xs" variant="default" onClick={() => setText(undefined)}>
                      {t('access.cancel')}
                    </Button>
                  </Group>
                </>
              )}
            </Stack>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** The name that somebody has already, when that is why nobody was added. */
function takenName(error: unknown): string | undefined {
  if (!(error instanceof ApiFailure) || error.body.code !== 'conflict') return undefined;
  const { name } = error.body.params;
  return typeof name === 'string' ? name : undefined;
}

function AddAccount() {
  const { t } = useWords();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [text, setText] = useState('viewer@all');
  const [isService, setService] = useState(false);
  const add = useOnce({
    mutationFn: () =>
      call(accountRoutes.create, {
        body: { name: name.trim(), kind: isService ? 'service' : 'person', grants: readGrants(text).grants },
      }),
    onSuccess: () => {
      setName('');
      return client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const faults = useFieldFaults(add.error, ['name']);
  const taken = takenName(add.error);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={560} mt="md">
        {faults.rest !== null && taken === undefined && <Failure error={faults.rest} />}
        {add.data?.invitation && <ShownOnce words={t('access.link')} secret={add.data.invitation.url} />}
        <TextInput
          label={t('access.name')}
          error={taken === undefined ? faults.of('name') : t('access.taken', { name: taken })}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <GrantsField text={text} onChange={setText} />
        <Checkbox
          label={t('access.isService')}
          checked={isService}
          onChange={(event) => setService(event.currentTarget.checked)}
        />
        <Group>
          <Button
            type="submit"
            loading={add.isPending}
            disabled={name.trim() === '' || readGrants(text).wrong !== undefined}
          >
            {t('access.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
