import type { Alert, AlertFacts } from '../alert.js';
import type { IncidentAbout } from '../incident.js';

/** What an alert is grouped with. */
export interface Group {
  /** Canonical; what is open has a key of its own. */
  readonly key: string;
  readonly title: string;
  readonly about: IncidentAbout;
  readonly policy: string;
  /** Null where the group reaches over several. */
  readonly jobId: string | null;
  readonly hostId: string | null;
}

const titleCharacters = 200;

/**
 * Without `groupBy`: the same policy about the same job, on however many hosts; where it is about no job, each host and
 * thing for itself. With it: what has the same values, of labels or of `policy`, `job` and `host`.
 */
export function groupOf(alert: Alert, facts: AlertFacts, groupBy: readonly string[] | null): Group {
  const { policy, jobId, hostId, what } = alert.key;
  const by = groupBy ?? (jobId === null ? ['policy', 'host', 'what'] : ['policy', 'job']);
  const values: Readonly<Record<string, string>> = {
    ...facts.labels,
    policy,
    job: jobId ?? '',
    host: hostId ?? '',
    what,
  };
  const parts = [...new Set(by)].sort().map((name) => `${name}=${JSON.stringify(values[name] ?? '')}`);
  const about = { subject: subjectOf(facts, groupBy), reason: alert.reason };
  return {
    key: parts.join(' '),
    title: titleOf(about).slice(0, titleCharacters),
    about,
    policy,
    jobId: by.includes('job') ? jobId : null,
    hostId: by.includes('host') ? hostId : null,
  };
}

/** What an incident is called, in English. */
export function titleOf({ subject, reason }: IncidentAbout): string {
  return subject === null ? reason.text : `${subject}: ${reason.text}`;
}

function subjectOf(facts: AlertFacts, groupBy: readonly string[] | null): string {
  const labels = groupBy?.filter((name) => !['policy', 'job', 'host'].includes(name)) ?? [];
  const shared = labels.map((name) => `${name}=${facts.labels[name] ?? ''}`).join(', ');
  const subject = groupBy && !groupBy.includes('job') && shared ? shared : (facts.jobName ?? facts.hostName);
  return subject ?? facts.policyName;
}
