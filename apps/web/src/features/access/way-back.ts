import type { accountRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';

export type Account = Response<typeof accountRoutes.change>;
type Grants = Account['grants'];

/** What goes with an account or its rights; said before it is done, since the server allows it. */
export type Loss = 'own' | 'last';

interface Change {
  readonly account: Account;
  /** What it may do afterwards; none: it is disabled or deleted. */
  readonly grants: Grants;
  /** Who asks. */
  readonly me: string | undefined;
  /** All that there are. */
  readonly accounts: readonly Account[];
}

/**
 * Of oneself: one cannot take it back. Of the last who administers everything: only the server's own token lets in whoever
 * can. Groups of an identity provider are not known here.
 */
export function lossesOf({ account, grants, me, accounts }: Change): Loss[] {
  if (!administers(account.grants) || administers(grants))
    return isSame(account.name, me) && grants.length === 0 ? ['own'] : [];
  const isLast =
    !account.disabled &&
    !accounts.some(
      (one) => !isSame(one.name, account.name) && !one.disabled && one.kind === 'person' && administers(one.grants),
    );
  return [...(isSame(account.name, me) ? (['own'] as const) : []), ...(isLast ? (['last'] as const) : [])];
}

export function isSame(name: string, other: string | undefined): boolean {
  return name.toLowerCase() === other?.toLowerCase();
}

const administers = (grants: Grants) => grants.some(({ role, scope }) => role === 'admin' && 'all' in scope);
