import { shortestPassword } from '@carillon/core/access/sign-in-rules';
import { Alert, Button, Card, Center, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Logo } from '../../components/logo.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { useWords } from '../../i18n/index.js';
import { useTitle } from '../../lib/use-title.js';
import { Provider } from './provider.js';
import { AdminForm, type OnSubmit, PasswordForm } from './sign-in-forms.js';
import { takeSecret } from './take-ticket.js';
import { isInvitationOver, needsCode, useRefusal, useSignIn } from './use-sign-in.js';

export function SignInPage() {
  const { t } = useWords();
  useTitle(t('signIn.title'));
  const signIn = useSignIn();
  const refusal = useRefusal();
  const [invitation, setInvitation] = useState<string>();
  useSecrets('ticket', (ticket) => signIn.mutate({ ticket }));
  useSecrets('invitation', setInvitation);
  const faults = useFieldFaults(signIn.error, invitation === undefined ? [] : ['password']);
  const refused = signIn.isError && faults.rest !== null ? refusal(signIn.error, signIn.variables) : null;
  // Who clicks his link again later has a password by then.
  const isUsedUp = isInvitationOver(signIn.error, signIn.variables);
  useEffect(() => {
    if (isUsedUp) setInvitation(undefined);
  }, [isUsedUp]);
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
                <PasswordForm asksCode={needsCode(signIn.error)} refused={signIn.error} onSubmit={signIn.mutate} />
                <AdminForm onSubmit={signIn.mutate} />
              </Stack>
            ) : (
              <InvitationForm invitation={invitation} fault={faults.of('password')} onSubmit={signIn.mutate} />
            )}
          </div>
        </Stack>
      </Card>
    </Center>
  );
}

interface InvitationProps {
  readonly invitation: string;
  readonly fault: string | undefined;
  readonly onSubmit: OnSubmit;
}

function InvitationForm({ invitation, fault, onSubmit }: InvitationProps) {
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
          visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
          label={t('signIn.choose')}
          description={t('signIn.chooseHint')}
          error={fault}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="new-password"
          autoFocus
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
