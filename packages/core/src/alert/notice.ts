import type { Report } from '../report/compose-report.js';
import type { AlertSeverity, IncidentState, NoticeReason, NoticeState } from '../state/states.js';
import type { IncidentAbout, NoticeTarget, Spread } from './incident.js';
import type { Reason } from './reason.js';

/** One message to one target for one reason. Written with the decision, delivered later, at least once. */
export interface Notice extends NoticeTarget {
  readonly id: string;
  /** Unique: incident, generation, target, reason and step; receivers tell repeats by it. */
  readonly key: string;
  /** Null for a test or a report. */
  readonly incidentId: string | null;
  readonly generation: number;
  readonly reason: NoticeReason;
  readonly step: number;
  readonly content: NoticeContent;
  readonly state: NoticeState;
  /** Tries so far. */
  readonly attempts: number;
  readonly createdMs: number;
  /** When it is tried next; null when it will not be. */
  readonly nextMs: number | null;
  /** After this it is too late to be of use. */
  readonly expiresMs: number | null;
  readonly outcome: Reason | null;
}

/** What is told, frozen: a template makes a message of it for its channel. */
export interface NoticeContent {
  readonly reason: NoticeReason;
  readonly incident: {
    readonly id: string;
    readonly number: number;
    readonly key: string;
    readonly title: string;
    readonly state: IncidentState;
    readonly severity: AlertSeverity;
    readonly policy: string;
    readonly openedAt: string;
    readonly acknowledgedBy: string | null;
    readonly assignee: string | null;
  } | null;
  /** Why, in one sentence. */
  readonly text: string;
  readonly job: string | null;
  readonly host: string | null;
  readonly run: {
    readonly id: string;
    readonly outcome: string;
    readonly exitCode: number | null;
    /** Last lines of its output, secrets already taken out by the agent. */
    readonly output: string | null;
  } | null;
  readonly spread: Spread | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly runbook: string | null;
  readonly links: {
    readonly incident: string | null;
    readonly acknowledge: string | null;
    readonly run: string | null;
  };
  /** Title and text in parts, for a channel of another language; notices from before it was said lack it. */
  readonly says?: NoticeSays;
  /** For one that is over; notices from before it was said lack it. */
  readonly resolution?: Resolution;
  /** For the report of a job; it is about no incident. */
  readonly report?: Report;
  /** For a digest: what it stands for. */
  readonly parts?: readonly NoticePart[];
}

/** What `incident.title` and `text` are made of. */
export interface NoticeSays {
  readonly about: IncidentAbout | null;
  /** Beside the title, `nobody has acknowledged: step 2 of 3`. */
  readonly telling: string | null;
  /** Of the alert that is told of. */
  readonly why: Reason | null;
}

/** One incident of a digest. */
interface NoticePart {
  readonly title: string;
  readonly count: number;
  /** The title in parts, and the incident's number; absent where it is about none. */
  readonly about?: IncidentAbout;
  readonly number?: number;
}

/** How an incident ended. */
export interface Resolution {
  readonly at: string;
  /** Since it was opened, or opened again. */
  readonly lastedMs: number;
  /** That it had; 0 for one that stands for others. */
  readonly alerts: number;
  /** Who resolved it; null where evidence did. */
  readonly by: string | null;
  /** What resolved the last of its alerts, in one English sentence without a full stop. */
  readonly evidence: string | null;
  /** Where that was. */
  readonly host: string | null;
  /** The same where it was runs that went well: how many in a row, when the last of them was, and how it ended. */
  readonly goodRuns: { readonly count: number; readonly at: string; readonly outcome: string | null } | null;
  /** The run by which each alert was seen to be over, newest first, the first few; notices from before they were named lack it. */
  readonly runs?: readonly RecoveryRun[];
  /** How many there were beside them. */
  readonly moreRuns?: number;
}

/** A good run that ended an alert. */
export interface RecoveryRun {
  readonly id: string;
  readonly job: string | null;
  readonly host: string | null;
  /** When it was due, or began. */
  readonly at: string;
  readonly outcome: string | null;
  readonly url: string;
}
