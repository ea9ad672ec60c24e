import { Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/index.js';
import type { Proof } from './use-sign-in.js';

export type OnSubmit = (proof: Proof) => void;

interface PasswordProps {
  readonly asksCode: boolean;
  /** Who it was before. */
  readonly name?: string | undefined;
  /** What was refused last: the cursor goes to what has to be typed anew. */
  readonly refused?: unknown;
  readonly isPending?: boolean;
  readonly onSubmit: OnSubmit;
}

export function PasswordForm({ asksCode, name: before = '', refused, isPending = false, onSubmit }: PasswordProps) {
  const { t } = useWords();
  const [name, setName] = useState(before);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const passwordField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const field = codeField.current ?? passwordField.current;
    if (!refused) return;
    field?.focus();
    field?.select();
  }, [refused]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ name: name.trim(), password, ...(asksCode && code.trim() !== '' ? { code: code.trim() } : {}) });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('signIn.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoFocus={before === ''}
        />
        <PasswordInput
          visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
          ref={passwordField}
          autoFocus={before !== ''}
          data-autofocus={before !== '' || undefined}
          label={t('signIn.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
        />
        {asksCode && (
          <TextInput
            ref={codeField}
            label={t('signIn.code')}
            description={t('signIn.codeHint')}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            autoFocus
          />
        )}
        <Button type="submit" loading={isPending} disabled={name.trim() === '' || password === ''}>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}

/** Whoever may use the machine that runs the server. */
export function AdminForm({ onSubmit }: { onSubmit: OnSubmit }) {
  const { t } = useWords();
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ token: token.trim() });
  };
  return (
    <details>
      <summary>{t('signIn.otherWays')}</summary>
      <form onSubmit={submit}>
        <Stack gap="sm" mt="sm">
          <Text size="sm">{t('signIn.how')}</Text>
          <Code block>npx carillon sign-in</Code>
          <PasswordInput
            visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
            label={t('signIn.token')}
            description={t('signIn.tokenHint')}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="off"
          />
          <Button type="submit" variant="default" disabled={token.trim().length < 16}>
            {t('signIn.withToken')}
          </Button>
        </Stack>
      </form>
    </details>
  );
}
