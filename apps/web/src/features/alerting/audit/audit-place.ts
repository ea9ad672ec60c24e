import { type AlertDocumentKind, alertDocumentKinds } from '@carillon/core/state/states';

/** Where what a row is about can be seen. */
export type AuditPlace =
  | { readonly of: 'job' | 'host'; readonly name: string }
  | { readonly of: 'document'; readonly kind: AlertDocumentKind; readonly name: string }
  | { readonly of: 'incident' | 'request'; readonly number: number }
  | { readonly of: 'access' | 'secrets' | 'pauses' };

/** What a row of the audit says that matters for it. */
interface Entry {
  readonly kind: string;
  readonly act: string;
  /** As the server writes it. */
  readonly what: string;
}

/** Where a row leads; null: nowhere, as what is deleted. */
export function auditPlace({ kind, act, what }: Entry): AuditPlace | null {
  if (act === 'deleted' || what === '') return null;
  if (kind === 'Job' || kind === 'Rollout') return { of: 'job', name: what };
  if (kind === 'Host') return { of: 'host', name: what };
  if (kind === 'AlertDocument') return documentPlace(what);
  if (kind === 'Incident') return numbered('incident', /^#(\d+)\b/, what);
  if (kind === 'ChangeRequest') return numbered('request', /^(\d+)\b/, what);
  if (kind === 'Account' || kind === 'AccessToken') return { of: 'access' };
  if (kind === 'Secret') return { of: 'secrets' };
  return kind === 'Pause' ? { of: 'pauses' } : null;
}

function documentPlace(what: string): AuditPlace | null {
  const at = what.indexOf(' ');
  const kind = alertDocumentKinds.find((one) => one === what.slice(0, at));
  return kind === undefined ? null : { of: 'document', kind, name: what.slice(at + 1) };
}

function numbered(of: 'incident' | 'request', pattern: RegExp, what: string): AuditPlace | null {
  const [, digits] = pattern.exec(what) ?? [];
  return digits === undefined ? null : { of, number: Number(digits) };
}
