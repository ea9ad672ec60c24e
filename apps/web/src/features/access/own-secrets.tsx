import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { shortestPassword } from '@carillon/core/access/sign-in-rules';
import { Button, Group, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { ShownOnce } from './shown-once.js';

/** Password and second factor of a local account; each change asks for the present password. */
export function OwnSecrets() {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Password />
      <SecondFactor />
    </SimpleGrid>
  );
}

function Password() {
  const { t } = useWords();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => call(signedInRoutes.changePassword, { body: { current, password } }),
    onSuccess: () => {
      setCurrent('');
      setPassword('');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Section title={t('access.myPassword')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {change.isError && <Failure error={change.error} />}
          {change.isSuccess && (
            <Text role="status" size="sm">
              {t('access.changed')}
            </Text>
          )}
          <Field label={t('access.present')} value={current} onChange={setCurrent} kind="current-password" />
          <Field label={t('access.new')} value={password} onChange={setPassword} kind="new-password" />
          <Group>
            <Button
              type="submit"
              loading={change.isPending}
              disabled={current === '' || password.length < shortestPassword}
            >
              {t('access.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function SecondFactor() {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useMutation({ mutationFn: () => call(signedInRoutes.beginSecondFactor, { body: { password } }) });
  const confirm = useMutation({ mutationFn: () => call(signedInRoutes.confirmSecondFactor, { body: { code } }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    (begin.data ? confirm : begin).mutate();
  };
  const error = begin.error ?? confirm.error;
  if (confirm.data)
    return (
      <Section title={t('access.secondFactor')}>
        <ShownOnce words={t('access.recovery')} secret={confirm.data.recoveryCodes.join('\n')} />
      </Section>
    );
  return (
    <Section title={t('access.secondFactor')}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {error && <Failure error={error} />}
          {begin.data ? (
            <>
              <ShownOnce words={t('access.secret')} secret={begin.data.secret} />
              <TextInput
                label={t('signIn.code')}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
                autoComplete="one-time-code"
                inputMode="numeric"
              />
            </>
          ) : (
            <>
              <Text size="sm">{t('access.factorOff')}</Text>
              <Field label={t('access.present')} value={password} onChange={setPassword} kind="current-password" />
            </>
          )}
          <Group>
            <Button
              type="submit"
              loading={begin.isPending || confirm.isPending}
              disabled={begin.data ? code.trim().length < 6 : password === ''}
            >
              {t(begin.data ? 'access.confirm' : 'access.begin')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly kind: 'current-password' | 'new-password';
}

function Field({ label, value, onChange, kind }: FieldProps) {
  return (
    <PasswordInput
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete={kind}
    />
  );
}
