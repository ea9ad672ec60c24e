import { auditKinds } from '@carillon/contract/http/audit.routes';
import { searchInstant, searchText, searchWord } from '../../../lib/search.js';

/** The filter of the page of changes. */
export interface AuditFilter {
  readonly kind?: (typeof auditKinds)[number] | undefined;
  readonly actor?: string | undefined;
  readonly search?: string | undefined;
  /** Not before it. */
  readonly since?: string | undefined;
}

/** The filter as the address has it. */
export function readAuditFilter(search: Record<string, unknown>): AuditFilter {
  return {
    kind: searchWord(search, 'kind', auditKinds),
    actor: searchText(search, 'actor'),
    search: searchText(search, 'search'),
    since: searchInstant(search, 'since'),
  };
}
