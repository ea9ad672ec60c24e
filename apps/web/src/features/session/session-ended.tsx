import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Alert, Button, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type FocusEvent, useEffect, useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { markSession } from '../../lib/session-end.js';
import { Provider } from './provider.js';
import { AdminForm, PasswordForm } from './sign-in-forms.js';
import { needsCode, useRefusal, useSignIn } from './use-sign-in.js';

/** How often it is looked whether somebody signed in again in another tab. */
const lookMs = 3_000;
/** Above every other dialog: what was typed there waits. */
const above = 500;

/** Asks to sign in again over the page as it stands, so that nothing typed into it is lost. */
export function SessionEnded() {
  const { t } = useWords();
  const client = useQueryClient();
  const router = useRouter();
  const me = useQuery({ ...query(sessionRoutes.me, {}), refetchInterval: lookMs, refetchOnWindowFocus: 'always' });
  const [before] = useState(me.data?.name);
  // Whoever signs in again goes on where he was typing, however much he did here meanwhile.
  const [typedAt] = useState(() => document.activeElement);
  useEffect(
    () => () => (typedAt instanceof HTMLElement && typedAt.isConnected ? typedAt.focus() : undefined),
    [typedAt],
  );
  const start = async (to: '/' | '/sign-in') => {
    client.clear();
    markSession(false);
    await router.navigate({ to, ignoreBlocker: true });
  };
  const signIn = useSignIn(async (name) => {
    // Somebody else must not find what this one had on screen.
    if (before !== undefined && name !== before) return start('/');
    markSession(false);
    await client.invalidateQueries();
  });
  const refusal = useRefusal();
  const refused = signIn.isError ? refusal(signIn.error, signIn.variables) : null;
  return (
    <Dialog
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      zIndex={above}
      overlayProps={{ blur: 6 }}
      title={t('signIn.ended')}
    >
      <Stack onFocusCapture={keepEscape} data-unsaved="never">
        <Text size="sm">{t('signIn.endedMeans')}</Text>
        {refused !== null && (
          <Alert color="red" variant="light" role="alert">
            {refused}
          </Alert>
        )}
        <Provider inNewTab />
        <PasswordForm
          name={before}
          asksCode={needsCode(signIn.error)}
          refused={signIn.error}
          isPending={signIn.isPending}
          onSubmit={signIn.mutate}
        />
        <AdminForm onSubmit={signIn.mutate} />
        <Button variant="subtle" color="gray" onClick={() => void start('/sign-in')}>
          {t('signIn.leave')}
        </Button>
      </Stack>
    </Dialog>
  );
}

/** A dialog below listens on the window for Escape, and would close; this is how it is told that a key is not its own. */
function keepEscape({ target }: FocusEvent): void {
  target.setAttribute('data-mantine-stop-propagation', 'true');
}
