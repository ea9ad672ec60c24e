import type { AlertDocumentKind } from '@carillon/core/state/states';
import { stringify } from 'yaml';
import type { WaysOut } from './use-ways-out.js';

/** The file that a new document begins as; comments say what else there is. */
export function templateOf(kind: AlertDocumentKind, { zone, nowMs, match, reason, ways }: TemplateFacts): string {
  const matchers = match.length > 0 ? `[${match.map((text) => JSON.stringify(text)).join(', ')}]` : null;
  switch (kind) {
    case 'AlertPolicy':
      return `kind: AlertPolicy
name: my-policy
severity: medium # low, medium, high: routes may go by it
when: # any of these
  consecutiveFailures: 3
  # failureRate: 5%       with window: 15m, minimumRuns: 20
  # missed: true          an expected run did not come
  # longerThan: 3x        or a time such as 2h
  # hostOffline: 10m
# for: 5m                 how long it has to hold before anybody is told
# appliesTo: { labels: { env: prod } }   beside the jobs that name it
# runbook: https://wiki.example/what-to-do
`;
    case 'Channel':
      return `kind: Channel
name: email # without routes: low goes to email, medium to email and sms, high to email and phone
type: smtp
host: smtp.example.com
# username: alerts        with a password that is handed over apart from this file:
# password: { secret: mail-password }
from: Carillon <alerts@example.com>
to: [ops@example.com]
# fallback: sms           where it goes when this one cannot deliver
# limit: { perMinute: 60 }
`;
    case 'Route':
      return routeTemplate(ways);
    case 'OnCall':
      return `kind: OnCall
name: night-shift
timezone: ${zone}
people: # each person, and where they are reached; true: the channel's own address
  ann: { ${flow(firstOf(ways.channels, 'email'))}: ann@example.com }
  ben: { ${flow(firstOf(ways.channels, 'email'))}: ben@example.com }
layers:
  - people: [ann, ben] # in turns
    start: ${wallTime(nowMs, zone).slice(0, 10)}T09:00 # the first hand-over
    rotate: weekly
`;
    case 'Silence':
      return `kind: Silence
name: silence-${nowMs.toString(36)}
match: ${matchers ?? '[host=db-01]'} # all have to fit: labels, and host, job, policy, severity; =, !=, =~, !~
timezone: ${zone}
until: ${wallTime(nowMs + 2 * hourMs, zone)}
reason: ${reason === '' ? 'work on it' : JSON.stringify(reason)}
`;
    case 'MaintenanceWindow':
      return `kind: MaintenanceWindow
name: patch-night
match: ${matchers ?? '[env=prod]'} # none: everything
timezone: ${zone}
cron: "0 2 * * 6" # Saturdays at two
for: 2h
reason: Windows updates
# Once instead of again and again: from and until without cron and for. By the week:
# weekly: [{ days: mon-fri, from: "22:00", to: "02:00" }]
`;
    case 'Calendar': {
      const year = wallTime(nowMs, zone).slice(0, 4);
      return `kind: Calendar
name: holidays
days: # on which jobs start, or do not: calendar: holidays, or calendar: -holidays
  - 01-01 # of every year
  - ${year}-12-24..${year}-12-26
`;
    }
    case 'Freeze':
      return `kind: Freeze
name: year-end
covers: # changes of any of these: definitions, deletions, groups, further rings of rollouts
  all: true
  # jobs: [payroll, etl-*]
  # labels: { env: prod }   jobs on hosts that have all these labels
timezone: ${zone}
from: ${wallTime(nowMs, zone)}
until: ${wallTime(nowMs + 7 * 24 * hourMs, zone)}
reason: closing of the year
# Again and again instead: cron with for, or by the week:
# weekly: [{ days: fri, from: "16:00", to: "23:59" }]
`;
  }
}

/** With what there is to be told: what names something that is not there cannot be stored. */
function routeTemplate({ channels, schedules }: WaysOut): string {
  const [schedule] = schedules;
  const first = firstOf(channels, 'email');
  const more = ['sms', 'phone'].filter((name) => channels.includes(name));
  const duty = schedule === undefined ? [] : [{ onCall: schedule }];
  const loud = firstOf(more.length > 0 ? more.toReversed() : channels.filter((name) => name !== first), first);
  return `kind: Route
name: production
match: [env=prod]
to: # by severity; one list for all would do too
  low: ${flow(first)}
  medium: ${flow([first, ...more.slice(0, 1)])}
  high: ${flow([first, ...(duty.length > 0 ? duty : more.slice(-1))])}
escalate: # while nobody acknowledges
  - wait: 15m
    to: ${flow([loud])}
repeat: { every: 4h, times: 3 }
# routes:                 the first that fits is asked; what it does not say is as above
#   - match: [team=data]
#     to: slack
`;
}

const firstOf = (names: readonly string[], wanted: string): string =>
  names.includes(wanted) ? wanted : (names[0] ?? wanted);

/** As YAML in one line. */
const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();

/** A name that nothing has yet: the template's own, or that with a number. @param taken in any case */
export function freeName(wanted: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((name) => name.toLowerCase()));
  if (!lower.has(wanted.toLowerCase())) return wanted;
  for (let n = 2; ; n++) if (!lower.has(`${wanted}-${n}`.toLowerCase())) return `${wanted}-${n}`;
}

export interface TemplateFacts {
  readonly zone: string;
  readonly nowMs: number;
  readonly match: readonly string[];
  readonly reason: string;
  readonly ways: WaysOut;
}

const hourMs = 3_600_000;

/** `2026-12-01T06:00` on the clocks of a zone; of one that does not exist, on those of UTC. */
export function wallTime(ms: number, zone: string): string {
  const written = (timeZone: string) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(ms).replace(' ', 'T');
  try {
    return written(zone);
  } catch {
    return written('UTC');
  }
}

/** Whether a time of a document lies behind. @param at digits on the clocks of its zone, or with an offset */
export function isPast(at: string, zone: string, nowMs: number): boolean {
  if (/(Z|[+-]\d\d:\d\d)$/.test(at)) return Date.parse(at) <= nowMs;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(at) && at.slice(0, 16) <= wallTime(nowMs, zone);
}

/** Of this browser. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
