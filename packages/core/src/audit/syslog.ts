import { canonicalJson, type Json, sha256Hex } from '../desired/canonical-json.js';
import type { AuditFacts, KeptLink } from './chain.js';

/** One message of RFC 5424. */
export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  /** RFC 3339, as `Date.toISOString` writes it. */
  readonly at: string;
  readonly host: string | null;
  readonly app: string;
  readonly messageId: string | null;
  /** By SD-ID, each with its parameters. */
  readonly data: readonly (readonly [string, Readonly<Record<string, string>>])[];
  /** What stands behind the header; empty: nothing. With a byte order mark in front where it is not ASCII. */
  readonly text: string;
}

/** Facilities and severities of RFC 5424, 6.2.1. */
const logAudit = 13;
const severities = { warning: 4, notice: 5, info: 6 } as const;

/** Nobody has asked IANA for a number of ours: 32473 is the one for examples (RFC 5612). */
const dataId = 'carillon@32473';
const mostParamLetters = 255;

/** Octets of one message: what receivers SHOULD take over TLS (RFC 5425, 4.3.1) and UDP (RFC 5426, 3.2). */
export const syslogBytes = { stream: 8_192, datagram: 2_048 } as const;

/** @param message fields that are no printable ASCII lose what is not; the text is taken as it is */
export function formatSyslog({ facility, severity, at, host, app, messageId, data, text }: SyslogMessage): string {
  const header = `<${facility * 8 + severity}>1 ${at} ${token(host, 255)} ${token(app, 48)} - ${token(messageId, 32)}`;
  const elements = data.map(([id, params]) => {
    const pairs = Object.entries(params).map(([name, value]) => ` ${name}="${paramValue(value)}"`);
    return `[${id}${pairs.join('')}]`;
  });
  return `${header} ${elements.join('') || '-'}${text === '' ? '' : ` ${text}`}`;
}

/** Octet counting (RFC 6587, 3.4.1; RFC 5425, 4.3): the length stands before each message, so that none can end another. */
export function octetCounted(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

export interface SyslogOrigin {
  readonly host: string;
  readonly version: string;
  readonly mostBytes: number;
}

/**
 * A row of the audit for a collector. Its text is the body in ASCII: parsed and written as canonical JSON, it hashes to the
 * parameter `hash`. A row that is too long carries digests of its parts, then no text. Never throws: a row that cannot be
 * read must not stop those behind it.
 */
export function auditSyslog(row: KeptLink, { host, version, mostBytes }: SyslogOrigin): string {
  const facts = factsIn(row.body);
  const severity = severities[facts ? severityOf(facts) : 'warning'];
  const { actor, via, from, kind, act, what } = facts ?? unreadable;
  const params = { seq: String(row.seq), hash: row.hash ?? '', actor, via, from: from ?? '', kind, act, what };
  const message = (text: string) =>
    formatSyslog({
      ...{ facility: logAudit, severity, at: row.at, host, app: 'carillon', messageId: `${kind}.${act}` },
      data: [
        [dataId, params],
        ['origin', { software: 'Carillon', swVersion: version }],
      ],
      text,
    });
  const texts = facts ? [row.body, shortBody(facts)] : [];
  const whole = texts.map((text) => message(asciiJson(text))).find((each) => Buffer.byteLength(each) <= mostBytes);
  return whole ?? message('');
}

const unreadable = { actor: '', via: '', from: null, kind: 'Audit', act: 'unreadable', what: '' } as const;
/** Acts that somebody should look at. */
const warned = new Set(['refused', 'locked_out', 'halted', 'given_up']);
/** Kinds by which somebody gets rights, or loses them. */
const ofRights = new Set(['Account', 'AccessToken', 'EnrolmentToken', 'Secret']);

function severityOf({ kind, act }: AuditFacts): keyof typeof severities {
  if (warned.has(act)) return 'warning';
  return ofRights.has(kind) || act === 'deleted' ? 'notice' : 'info';
}

function factsIn(body: string): AuditFacts | null {
  try {
    const value = JSON.parse(body) as Partial<AuditFacts> | null;
    const isText = [value?.actor, value?.via, value?.kind, value?.act, value?.what].every(
      (each) => typeof each === 'string',
    );
    return isText ? (value as AuditFacts) : null;
  } catch {
    return null;
  }
}

function shortBody(facts: AuditFacts): string {
  const digest = (part: Json) => {
    const text = canonicalJson(part ?? null);
    return part === null ? null : { sha256: sha256Hex(text), bytes: Buffer.byteLength(text) };
  };
  const { before, after, given, text } = facts;
  const parts = { before: digest(before), after: digest(after), given: digest(given) };
  return canonicalJson({ ...facts, ...parts, text: text === null ? null : text.slice(0, mostParamLetters) });
}

/** JSON in ASCII is the same JSON, and needs no byte order mark, at which parsers stumble. */
function asciiJson(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Printable ASCII without spaces, or the sign for nothing. */
function token(text: string | null, most: number): string {
  return (text ?? '').replace(/[^!-~]/g, '').slice(0, most) || '-';
}

/** RFC 5424, 6.3.3. Control characters become spaces: a line break would look like another message to readers of lines. */
function paramValue(text: string): string {
  const clean = [...text].slice(0, mostParamLetters).join('');
  return clean.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').replace(/["\\\]]/g, '\\$&');
}
