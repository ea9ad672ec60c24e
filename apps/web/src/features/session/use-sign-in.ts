import { ApiFailure } from '@carillon/contract/http/client';
import type { Request } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useFailureText } from '../../components/failure-text.js';
import { useWords, type Word } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { takeWantedPage } from './take-ticket.js';

/** What somebody signs in with. */
export type Proof =
  | Request<typeof sessionRoutes.signIn>['body']
  | Request<typeof sessionRoutes.signInPassword>['body']
  | Request<typeof sessionRoutes.acceptInvitation>['body'];

/** @param onDone instead of going on to the page that was wanted */
export function useSignIn(onDone?: (name: string) => unknown) {
  const client = useQueryClient();
  const router = useRouter();
  // Twice at once a code of the authenticator would count as wrong.
  return useOnce({
    mutationFn: (proof: Proof) => {
      if ('name' in proof) return call(sessionRoutes.signInPassword, { body: proof });
      if ('invitation' in proof) return call(sessionRoutes.acceptInvitation, { body: proof });
      return call(sessionRoutes.signIn, { body: proof });
    },
    onSuccess: async ({ name }) => {
      if (onDone) return void (await onDone(name));
      client.clear();
      router.history.replace(takeWantedPage());
    },
  });
}

/** Does the server ask for the code of a second factor? */
export function needsCode(error: unknown): boolean {
  return error instanceof ApiFailure && error.body.params.needs === 'code';
}

/** Was it a link that sets a password, and is that used up? */
export function isInvitationOver(error: unknown, proof: Proof | undefined): boolean {
  const isInvitation = proof !== undefined && 'invitation' in proof;
  return isInvitation && error instanceof ApiFailure && error.body.code === 'not_signed_in';
}

/** Why it was refused; null where only the code was not given yet. */
export function useRefusal(): (error: unknown, proof: Proof) => string | null {
  const { t } = useWords();
  const text = useFailureText();
  return (error, proof) => {
    if (!(error instanceof ApiFailure)) return text(error);
    const { code, params } = error.body;
    if (code === 'too_many_requests')
      return t('signIn.tooMany', { seconds: Math.ceil(Number(params.retryAfterMs ?? 0) / 1_000) });
    if (code !== 'not_signed_in') return text(error);
    if (needsCode(error)) return params.wrong === true ? t('signIn.wrongCode') : null;
    return t(wordFor(proof));
  };
}

function wordFor(proof: Proof): Word {
  if ('name' in proof) return 'signIn.wrongPassword';
  if ('invitation' in proof) return 'signIn.invitationUsed';
  return 'token' in proof ? 'signIn.wrong' : 'signIn.used';
}
