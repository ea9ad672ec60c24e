import type { AlertSeverity, IncidentState } from '../state/states.js';
import type { Reason } from './reason.js';

/** A group of alerts that people handle as one. Instants in epoch milliseconds. */
export interface Incident {
  readonly id: string;
  /** Counts up; what people say to each other. */
  readonly number: number;
  /** What is grouped, canonical; open incidents have keys of their own. */
  readonly key: string;
  readonly state: IncidentState;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly policy: string;
  readonly jobId: string | null;
  readonly hostId: string | null;
  /** Counts reopenings; notices and tickets of one generation belong together. */
  readonly generation: number;
  readonly openedMs: number;
  readonly resolvedMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedMs: number | null;
  readonly assignee: string | null;
  /** Why nobody is told though it fires; null: people are told. */
  readonly muted: Reason | null;
  readonly spread: Spread;
  /** How it escalates, frozen when it was opened; null where no route leads anywhere (its log says why). */
  readonly escalation: Escalation | null;
  /** When it is to be looked at again. */
  readonly wakeMs: number | null;
}

/** What an incident is called by: its title in parts, so that it can be said in other languages. */
export interface IncidentAbout {
  /** The job, the host or the labels that it is about; null where the reason says it. */
  readonly subject: string | null;
  readonly reason: Reason;
}

/** How far an incident reaches: counts of what its alerts have in common. */
export interface Spread {
  /** Alerts that fire now, and that ever belonged to it. */
  readonly firing: number;
  readonly total: number;
  readonly hosts: number;
  readonly jobs: number;
  /** Hosts the job should run on, where it is one job's. */
  readonly hostsOfJob: number | null;
  readonly byExitCode: Readonly<Record<string, number>>;
  readonly byVersion: Readonly<Record<string, number>>;
  /** `key=value` of host labels that at least one alert has, the most frequent. */
  readonly byLabel: Readonly<Record<string, number>>;
  /** Names of the first hosts. */
  readonly examples: readonly string[];
}

export interface Escalation {
  readonly route: string;
  readonly steps: readonly EscalationStep[];
  /** Of the next step to be taken. */
  readonly next: number;
  readonly repeatEveryMs: number | null;
  readonly repeatsLeft: number;
}

export interface EscalationStep {
  /** After the step before it, or after the opening. */
  readonly waitMs: number;
  readonly targets: readonly NoticeTarget[];
}

/** Whom a notice goes to: a channel, and in it a person or address where the channel has several. */
export interface NoticeTarget {
  /** Name of the channel in lower case. */
  readonly channel: string;
  /** Address, number or user; null: the channel's own. */
  readonly recipient: string | null;
}
