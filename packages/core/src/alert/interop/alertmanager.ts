import type { SilenceSpec } from '../documents/silence.schema.js';
import { type Labels, type Matcher, readMatcher, writeMatcher } from '../quiet/matchers.js';

/** An alert of ours, as far as Alertmanager is told of it. Instants in epoch milliseconds. */
export interface MirroredAlert {
  readonly policy: string;
  readonly job: string | null;
  readonly host: string | null;
  readonly what: string;
  readonly severity: string;
  readonly labels: Labels;
  readonly text: string;
  readonly runbook: string | null;
  /** Where people see its incident. */
  readonly url: string | null;
  readonly firedMs: number;
  /** Null while it fires. */
  readonly resolvedMs: number | null;
}

/** One item of `POST /api/v2/alerts`. */
export interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** Of one item of `GET /api/v2/silences`, what is read. */
export interface AlertmanagerSilence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    /** Absent from older ones: equal. */
    readonly isEqual?: boolean | undefined;
  }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** Their names of what we call otherwise. */
const theirNames: Readonly<Record<string, string>> = { policy: 'alertname', host: 'instance' };
const ourNames: Readonly<Record<string, string>> = { alertname: 'policy', instance: 'host' };

/** Label names there are letters, digits and `_`, and do not begin with a digit. */
function theirName(name: string): string {
  const known = theirNames[name];
  if (known !== undefined) return known;
  const clean = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^\d/.test(clean) ? `_${clean}` : clean;
}

/**
 * An alert as Alertmanager takes it. It forgets alerts that are not told again before `endsAt`, so one that fires ends
 * `staysMs` from now and is told again before.
 */
export function toAlertmanager(
  alert: MirroredAlert,
  { nowMs, staysMs }: { nowMs: number; staysMs: number },
): AlertmanagerAlert {
  const { policy, job, host, what, severity, text, runbook, url, firedMs, resolvedMs } = alert;
  const own = { policy, severity, ...(job ? { job } : {}), ...(host ? { host } : {}), ...(what ? { what } : {}) };
  const labels = Object.entries({ ...alert.labels, ...own }).filter(([, value]) => value !== '');
  return {
    labels: Object.fromEntries(labels.map(([name, value]) => [theirName(name), value])),
    annotations: { summary: text, ...(runbook ? { runbook_url: runbook } : {}) },
    startsAt: new Date(firedMs).toISOString(),
    endsAt: new Date(resolvedMs ?? nowMs + staysMs).toISOString(),
    ...(url ? { generatorURL: url } : {}),
  };
}

/** Name of the document that stands for a silence of Alertmanager. */
export const alertmanagerPrefix = 'alertmanager-';

export type SilenceHonoured =
  | { readonly ok: true; readonly spec: SilenceSpec }
  /** It is not, and why: half a silence would mute more than was meant. */
  | { readonly ok: false; readonly id: string; readonly why: string };

/** A silence of Alertmanager as one of ours. */
export function fromAlertmanager(silence: AlertmanagerSilence): SilenceHonoured {
  const { id, matchers, startsAt, endsAt, createdBy, comment } = silence;
  const no = (why: string): SilenceHonoured => ({ ok: false, id, why });
  if (!/^[0-9a-f-]{8,64}$/i.test(id)) return no('its id is not one of Alertmanager');
  if (matchers.length === 0) return no('it has no matchers');
  const match: Matcher[] = [];
  for (const { name, value, isRegex, isEqual = true } of matchers) {
    const sign = isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!=';
    const matcher = { label: ourNames[name] ?? name, sign, value } as const;
    // What a person could not have written here is not guessed at.
    const read = readMatcher(`${matcher.label}${sign}"${value}"`);
    if (!read.ok) return no(`${writeMatcher(matcher)}: ${read.message}`);
    match.push(matcher);
  }
  const [from, until] = [Date.parse(startsAt), Date.parse(endsAt)];
  if (Number.isNaN(from) || Number.isNaN(until)) return no('its times cannot be read');
  const spec: SilenceSpec = {
    name: `${alertmanagerPrefix}${id}`,
    description: 'Made in Alertmanager; it goes when it ends there.',
    match,
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    reason: comment.slice(0, 500) || 'no comment',
    author: createdBy.slice(0, 100) || 'alertmanager',
  };
  return { ok: true, spec };
}
