import { accountRoutes } from '@carillon/contract/http/accounts.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Ask } from '../../components/ask.js';
import { Failure } from '../../components/failure.js';
import { FormDialog } from '../../components/form-dialog.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { When } from '../../components/when.js';
import { useWords, type Word } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { GrantsField, grantsText, readGrants } from './grants.js';
import { Losses } from './losses.js';
import { NewToken } from './new-token.js';
import { InvitationShown } from './shown-once.js';
import { type Account, isSame, lossesOf } from './way-back.js';
import { Grants } from './written-grants.js';

function stateWord({ disabled, kind, hasPassword, issuer }: Account) {
  if (disabled) return 'access.disabled';
  if (kind === 'service') return 'access.service';
  return hasPassword || issuer !== null ? 'access.active' : 'access.invited';
}

const questions = {
  disable: { title: 'access.askDisable', text: 'access.disableMeans', act: 'access.disable' },
  enable: { title: 'access.askEnable', text: 'access.enableMeans', act: 'access.enable' },
  invite: { title: 'access.askInvite', text: 'access.inviteMeans', act: 'access.invite' },
  remove: { title: 'access.askRemove', text: 'access.removeMeans', act: 'access.remove' },
} as const satisfies Record<string, Record<'title' | 'text' | 'act', Word>>;
type Question = keyof typeof questions;

interface Props {
  readonly account: Account;
  /** All that are known. */
  readonly accounts: readonly Account[];
}

/** Somebody who may sign in, or a service, and what can be done about it. */
export function AccountRow({ account, accounts }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const me = useQuery(query(sessionRoutes.me, {})).data?.name;
  const [isChanging, setChanging] = useState(false);
  const [asked, setAsked] = useState<Question>('disable');
  const [isAsked, setIsAsked] = useState(false);
  const { name, kind, disabled, signedInAt, grants } = account;
  const invite = useOnce({
    mutationFn: () => call(accountRoutes.invite, { name }),
    onSuccess: () => done(),
  });
  const act = useOnce({
    mutationFn: (what: Exclude<Question, 'invite'>): Promise<unknown> =>
      what === 'remove'
        ? call(accountRoutes.remove, { name })
        : call(accountRoutes.change, { name, body: { disabled: what === 'disable' } }),
    onSuccess: () => done(),
  });
  const done = () => {
    setIsAsked(false);
    return client.invalidateQueries();
  };
  const ask = (what: Question) => {
    act.reset();
    invite.reset();
    setAsked(what);
    setIsAsked(true);
  };
  const isOwn = isSame(name, me);
  const { title, text, act: word } = questions[asked];
  const losses =
    asked === 'disable' || asked === 'remove' ? lossesOf({ account, grants: [], me, accounts }) : ([] as const);
  return (
    <>
      <Table.Tr>
        <Table.Td>{name}</Table.Td>
        <Table.Td>
          {t(stateWord(account))}
          {account.hasSecondFactor && (
            <Text size="xs" c="dimmed">
              {t('access.secondFactor')}
            </Text>
          )}
        </Table.Td>
        <Table.Td>{signedInAt === null ? t('access.never') : <When at={signedInAt} />}</Table.Td>
        <Table.Td>
          <Grants grants={grants} />
        </Table.Td>
        <Table.Td>
          <Group gap="xs" justify="end" wrap="nowrap">
            <RowButton word="access.change" name={name} onClick={() => setChanging(true)} />
            {/* One's own browser would be signed out before the link is copied; one's own page changes the password. */}
            {kind === 'person' && account.issuer === null && !isOwn && (
              <RowButton
                word="access.invite"
                name={name}
                loading={invite.isPending}
                // Who has a password loses it, and is signed out everywhere.
                onClick={() => (account.hasPassword ? ask('invite') : invite.mutate())}
              />
            )}
            {kind === 'service' && (
              <FormDialog
                title={t('access.newTokenFor', { name })}
                button={(open) => <RowButton word="access.newToken" name={name} onClick={open} />}
              >
                {(close) => <NewToken of={name} onDone={close} />}
              </FormDialog>
            )}
            {/* Asked first: a double click would switch it off and on again. */}
            <RowButton
              word={disabled ? 'access.enable' : 'access.disable'}
              name={name}
              onClick={() => ask(disabled ? 'enable' : 'disable')}
            />
            <RowButton word="access.remove" name={name} onClick={() => ask('remove')} />
          </Group>
          <Ask
            opened={isAsked}
            title={t(title, { name })}
            act={t(word)}
            danger={asked !== 'enable'}
            pending={act.isPending || invite.isPending}
            error={act.error ?? invite.error}
            onAct={() => (asked === 'invite' ? invite.mutate() : act.mutate(asked))}
            onClose={() => setIsAsked(false)}
          >
            <Text size="sm">{t(text)}</Text>
            <Losses losses={losses} />
          </Ask>
        </Table.Td>
      </Table.Tr>
      {(isChanging || invite.data || (invite.error && !isAsked)) && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            {/* On a phone the table is wider than the page. */}
            <Stack gap="sm" maw="min(560px, 80vw)">
              {invite.error && !isAsked && <Failure error={invite.error} />}
              {invite.data && <InvitationShown name={name} invitation={invite.data} onKept={invite.reset} />}
              {isChanging && <Change account={account} accounts={accounts} me={me} onDone={() => setChanging(false)} />}
            </Stack>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

interface RowButtonProps {
  readonly word: Word;
  readonly name: string;
  readonly loading?: boolean;
  readonly onClick: () => void;
}

/** Each row has the same words; whose they are is in the name. */
function RowButton({ word, name, loading = false, onClick }: RowButtonProps) {
  const { t } = useWords();
  return (
    <Button size="compact-xs" variant="default" aria-label={`${t(word)}: ${name}`} loading={loading} onClick={onClick}>
      {t(word)}
    </Button>
  );
}

interface ChangeProps extends Props {
  readonly me: string | undefined;
  readonly onDone: () => void;
}

function Change({ account, accounts, me, onDone }: ChangeProps) {
  const { t } = useWords();
  const client = useQueryClient();
  const [text, setText] = useState(grantsText(account.grants));
  const { grants, wrong } = readGrants(text);
  const change = useOnce({
    mutationFn: () => call(accountRoutes.change, { name: account.name, body: { grants } }),
    onSuccess: () => {
      onDone();
      return client.invalidateQueries();
    },
  });
  const faults = useFieldFaults(change.error, ['grants']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {faults.rest !== null && <Failure error={faults.rest} />}
        <GrantsField text={text} autoFocus fault={faults.of('grants')} onChange={setText} />
        {wrong === undefined && <Losses ofRights losses={lossesOf({ account, grants, me, accounts })} />}
        <Group>
          <Button type="submit" size="xs" loading={change.isPending} disabled={wrong !== undefined}>
            {t('access.save')}
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            {t('access.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
