import { shortestPassword } from '@carillon/core/access/sign-in-rules';
import { Alert, Button, Card, Center, Code, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Logo } from '../../components/logo.js';
import { useWords } from '../../i18n/index.js';
import { useTitle } from '../../lib/use-title.js';
import { Provider } from './provider.js';
import { takeSecret } from './take-ticket.js';
import { needsCode, type Proof, useRefusal, useSignIn } from './use-sign-in.js';

export function SignInPage() {
  const { t } = useWords();
  useTitle(t('signIn.title'));
  const signIn = useSignIn();
  const refusal = useRefusal();
  const [invitation, setInvitation] = useState<string>();
  useSecrets('ticket', (ticket) => signIn.mutate({ ticket }));
  useSecrets('invitation', setInvitation);
  const refused = signIn.isError ? refusal(signIn.error, signIn.variables) : null;
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder padding="xl" w={440} maw="100%">
        <Stack>
          <Group gap="sm">
            <Logo size={36} />
            <Title order={1}>Carillon</Title>
          </Group>
          {refused !== null && (
            <Alert color="red" variant="light" role="alert">
              {refused}
            </Alert>
          )}
          {signIn.isPending && <Text role="status">{t('signIn.working')}…</Text>}
          {/* What was typed stays while it is looked at. */}
          <div hidden={signIn.isPending}>
            {invitation === undefined ? (
              <Stack>
                <Provider />
                <PasswordForm asksCode={needsCode(signIn.error)} onSubmit={signIn.mutate} />
                <AdminForm onSubmit={signIn.mutate} />
              </Stack>
            ) : (
              <InvitationForm invitation={invitation} onSubmit={signIn.mutate} />
            )}
          </div>
        </Stack>
      </Card>
    </Center>
  );
}

type OnSubmit = (proof: Proof) => void;

function PasswordForm({ asksCode, onSubmit }: { asksCode: boolean; onSubmit: OnSubmit }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
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
        />
        <PasswordInput
          label={t('signIn.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
        />
        {asksCode && (
          <TextInput
            label={t('signIn.code')}
            description={t('signIn.codeHint')}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            autoFocus
          />
        )}
        <Button type="submit" disabled={name.trim() === '' || password === ''}>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}

/** Whoever may use the machine that runs the server. */
function AdminForm({ onSubmit }: { onSubmit: OnSubmit }) {
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

function InvitationForm({ invitation, onSubmit }: { invitation: string; onSubmit: OnSubmit }) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ invitation, password });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <PasswordInput
          label={t('signIn.choose')}
          description={t('signIn.chooseHint')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="new-password"
        />
        <Button type="submit" disabled={password.length < shortestPassword}>
          {t('signIn.chosen')}
        </Button>
      </Stack>
    </form>
  );
}

/**
 * Takes the secret when the page opens, and when a link is put into the address of a page that is open already:
 * browsers load nothing then, as only the fragment differs.
 */
function useSecrets(name: 'ticket' | 'invitation', use: (secret: string) => void): void {
  const latest = useRef(use);
  latest.current = use;
  useEffect(() => {
    const look = () => {
      const secret = takeSecret(name);
      if (secret !== null) latest.current(secret);
    };
    look();
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, [name]);
}
