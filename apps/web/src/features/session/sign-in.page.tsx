import { ApiFailure } from '@carillon/contract/http/client';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Alert, Button, Card, Center, Code, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useFailureText } from '../../components/failure-text.js';
import { Logo } from '../../components/logo.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { takeTicket, takeWantedPage } from './take-ticket.js';

type Secret = { ticket: string } | { token: string };

export function SignInPage() {
  const { t } = useWords();
  useTitle(t('signIn.title'));
  const [token, setToken] = useState('');
  const signIn = useSignIn();
  useTickets((ticket) => signIn.mutate({ ticket }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ token: token.trim() });
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder padding="xl" w={440} maw="100%">
        <Stack>
          <Group gap="sm">
            <Logo size={36} />
            <Title order={1}>Carillon</Title>
          </Group>
          {signIn.isError && <SignInFailure error={signIn.error} secret={signIn.variables} />}
          {signIn.isPending ? (
            <Text role="status">{t('signIn.working')}…</Text>
          ) : (
            <>
              <Text size="sm">{t('signIn.how')}</Text>
              <Code block>npx carillon sign-in</Code>
              <form onSubmit={submit}>
                <Stack gap="sm">
                  <PasswordInput
                    label={t('signIn.token')}
                    description={t('signIn.tokenHint')}
                    value={token}
                    onChange={(event) => setToken(event.currentTarget.value)}
                    autoComplete="current-password"
                  />
                  <Button type="submit" disabled={token.trim().length < 16}>
                    {t('signIn.submit')}
                  </Button>
                </Stack>
              </form>
            </>
          )}
        </Stack>
      </Card>
    </Center>
  );
}

function useSignIn() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: (secret: Secret) => call(sessionRoutes.signIn, { body: secret }),
    onSuccess: async () => {
      client.clear();
      router.history.replace(takeWantedPage());
    },
  });
}

/**
 * Takes the ticket when the page opens, and when a link is put into the address of a page that is open already:
 * browsers load nothing then, as only the fragment differs.
 */
function useTickets(use: (ticket: string) => void): void {
  const latest = useRef(use);
  latest.current = use;
  useEffect(() => {
    const look = () => {
      const ticket = takeTicket();
      if (ticket !== null) latest.current(ticket);
    };
    look();
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, []);
}

function SignInFailure({ error, secret }: { error: unknown; secret: Secret }) {
  const { t } = useWords();
  const text = useFailureText();
  const refused = error instanceof ApiFailure && error.body.code === 'not_signed_in';
  const words = !refused ? text(error) : 'ticket' in secret ? t('signIn.used') : t('signIn.wrong');
  return (
    <Alert color="red" variant="light" role="alert">
      {words}
    </Alert>
  );
}
