import type { Incident } from './incident-shapes.js';

/** For how long a silence can be asked for with one click. */
export const silenceHours = [1, 2, 4, 8, 24, 72, 168] as const;

const hourMs = 3_600_000;

/** Labels by which an incident can be silenced; `first` ones are chosen when nobody has chosen yet. */
export function labelsToMatch({
  job,
  host,
  policy,
  labels,
}: Pick<Incident, 'job' | 'host' | 'policy' | 'labels'>): { readonly matcher: string; readonly first: boolean }[] {
  const own = [
    ...(job ? [{ matcher: `job=${job}`, first: true }] : []),
    ...(host ? [{ matcher: `host=${host}`, first: true }] : []),
    { matcher: `policy=${policy}`, first: !job && !host },
  ];
  const named = new Set(['job', 'host', 'policy']);
  const rest = Object.entries(labels).filter(([key]) => !named.has(key));
  return [...own, ...rest.map(([key, value]) => ({ matcher: `${key}=${value}`, first: false }))];
}

interface Asked {
  readonly match: readonly string[];
  readonly hours: number;
  readonly reason: string;
  readonly nowMs: number;
}

/** The document that says so. Its name is its own, so that it replaces no other. */
export function silenceDocument(number: number, { match, hours, reason, nowMs }: Asked) {
  const until = new Date(nowMs + hours * hourMs).toISOString();
  const name = `incident-${number}-${nowMs.toString(36)}`;
  return { kind: 'Silence' as const, name, match: [...match], until, reason: reason.trim() };
}
