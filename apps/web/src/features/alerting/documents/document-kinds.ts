import { type AlertDocumentKind, alertDocumentKinds } from '@carillon/core/state/states';
import type { Word } from '../../../i18n/index.js';
import { searchText } from '../../../lib/search.js';

/** Where the documents of a kind are listed. */
export const listOf = {
  AlertPolicy: '/alerting/policies',
  Channel: '/alerting/channels',
  Route: '/alerting/routes',
  OnCall: '/alerting/on-call',
  Silence: '/alerting/silences',
  MaintenanceWindow: '/alerting/maintenance',
  Freeze: '/alerting/freezes',
  Calendar: '/alerting/calendars',
} as const satisfies Record<AlertDocumentKind, string>;

export const kindWord = (kind: AlertDocumentKind): Word => `doc.kind.${kind}`;

export const isKind = (text: string): text is AlertDocumentKind => alertDocumentKinds.some((kind) => kind === text);

/** Which document is edited; of a new silence, what it begins with. */
export interface DocumentSearch {
  readonly name?: string | undefined;
  /** Matchers, one a line. */
  readonly match?: string | undefined;
  readonly reason?: string | undefined;
}

export function readDocumentSearch(search: Record<string, unknown>): DocumentSearch {
  return { name: searchText(search, 'name'), match: searchText(search, 'match'), reason: searchText(search, 'reason') };
}
