import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { PasswordField } from './password-field.js';
import { QrPicture } from './qr-picture.js';
import { ShownOnce } from './shown-once.js';

/** Switches the second factor on, step by step, and off. @param isOn as the server says */
export function SecondFactor({ isOn }: { isOn: boolean }) {
  const { t } = useWords();
  // Recovery codes stay until one leaves, whatever the server says meanwhile.
  const [codes, setCodes] = useState<string[]>();
  return (
    <Section title={t('access.secondFactor')}>
      {codes && <ShownOnce words={t('access.recovery')} secret={codes.join('\n')} onKept={() => setCodes(undefined)} />}
      {/* What is to be kept stands alone. */}
      {codes ? null : isOn ? <SwitchOff /> : <SwitchOn onDone={setCodes} />}
    </Section>
  );
}

function SwitchOn({ onDone }: { onDone: (recoveryCodes: string[]) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useOnce({ mutationFn: () => call(signedInRoutes.beginSecondFactor, { body: { password } }) });
  const confirm = useOnce({
    mutationFn: () => call(signedInRoutes.confirmSecondFactor, { body: { code } }),
    onSuccess: ({ recoveryCodes }) => {
      onDone(recoveryCodes);
      return client.invalidateQueries();
    },
  });
  const isBegun = begin.data !== undefined;
  const faults = useFieldFaults(confirm.error ?? begin.error, ['code', 'password']);
  return (
    <Steps
      error={faults.rest}
      submit={t(isBegun ? 'access.confirm' : 'access.begin')}
      isPending={begin.isPending || confirm.isPending}
      isReady={isBegun ? code.trim().length >= 6 : password !== ''}
      onSubmit={() => (isBegun ? confirm : begin).mutate()}
    >
      {isBegun ? (
        <>
          <QrPicture text={begin.data.uri} label={t('access.qr')} />
          <ShownOnce words={t('access.secret')} secret={begin.data.secret} />
          <Anchor size="sm" href={begin.data.uri}>
            {t('access.openAuthenticator')}
          </Anchor>
          <TextInput
            label={t('signIn.code')}
            autoFocus
            value={code}
            error={faults.of('code')}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            inputMode="numeric"
          />
        </>
      ) : (
        <>
          <Text size="sm">{t('access.factorOff')}</Text>
          <PasswordField
            label={t('access.present')}
            value={password}
            error={faults.of('password')}
            onChange={setPassword}
            autoComplete="current-password"
          />
        </>
      )}
    </Steps>
  );
}

function SwitchOff() {
  const { t } = useWords();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const remove = useOnce({
    mutationFn: () => call(signedInRoutes.removeSecondFactor, { body: { password } }),
    onSuccess: () => client.invalidateQueries(),
  });
  const faults = useFieldFaults(remove.error, ['password']);
  return (
    <Steps
      error={faults.rest}
      submit={t('access.factorRemove')}
      isPending={remove.isPending}
      isReady={password !== ''}
      onSubmit={() => remove.mutate()}
    >
      <Text size="sm">{t('access.factorOn')}</Text>
      <PasswordField
        label={t('access.present')}
        value={password}
        error={faults.of('password')}
        onChange={setPassword}
        autoComplete="current-password"
      />
    </Steps>
  );
}

interface StepsProps {
  readonly error: unknown;
  readonly submit: string;
  readonly isPending: boolean;
  readonly isReady: boolean;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

function Steps({ error, submit, isPending, isReady, onSubmit, children }: StepsProps) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        {error !== null && <Failure error={error} />}
        {children}
        <Group>
          <Button type="submit" loading={isPending} disabled={!isReady}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
