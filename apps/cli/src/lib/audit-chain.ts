import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { limits } from '@carillon/contract/limits';
import type { KeptLink } from '@carillon/core/audit/chain';
import type { Session } from './session.js';

/** Rows of the audit as they were hashed, oldest first. Page by page: the whole may be long. */
export async function* chainPages(session: Session, since?: string): AsyncGenerator<KeptLink[]> {
  let cursor: string | null = null;
  do {
    const at: string | null = cursor;
    const query = { limit: limits.pageItems.max, since, ...(at === null ? {} : { cursor: at }) };
    const page: { items: KeptLink[]; next: string | null } = await session.call(auditRoutes.chain, query);
    yield page.items;
    cursor = page.next;
  } while (cursor !== null);
}
