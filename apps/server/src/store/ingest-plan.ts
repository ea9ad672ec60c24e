import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { FenceClaim } from './fence.js';

export type EventItem =
  | { readonly kind: 'event'; readonly event: AgentEvent }
  /** Can never be stored: counted as acked and listed in the ack. */
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string };

/** One `events` message of one session; item `i` has number `firstSeq + i`. */
export interface EventFrame extends FenceClaim {
  readonly epoch: number;
  readonly firstSeq: number;
  readonly items: readonly EventItem[];
}

export interface RejectedItem {
  readonly seq: number;
  readonly code: string;
  readonly message: string;
}

export type FrameOutcome =
  | {
      readonly kind: 'committed';
      readonly epoch: number;
      readonly upToSeq: number;
      /** Events of the frame that were not stored before. */
      readonly fresh: number;
      readonly rejected: readonly RejectedItem[];
    }
  /** A newer session of the host exists. */
  | { readonly kind: 'superseded' }
  /** Numbers were seen with other events: the disk was restored. */
  | { readonly kind: 'renew'; readonly epoch: number; readonly next: number }
  /** Still on its way when the epoch was renewed; it comes again under the new one. */
  | { readonly kind: 'stale' };

/** A host's session row, locked. */
export interface IngestSession extends FenceClaim {
  readonly epoch: number;
  readonly ackedSeq: number;
}

export interface FreshEvent {
  readonly hostId: string;
  readonly epoch: number;
  readonly event: AgentEvent;
}

export interface IngestPlan {
  /** One for each frame, in order. */
  readonly outcomes: FrameOutcome[];
  /** Events that are not stored yet. */
  readonly fresh: FreshEvent[];
  /** Sessions whose committed end moves. */
  readonly sessions: IngestSession[];
}

/** Event ids already stored, by `keyOf`. */
export type KnownEvents = ReadonlyMap<string, string>;

export function keyOf(hostId: string, epoch: number, seq: number): string {
  return `${hostId}/${epoch}/${seq}`;
}

/** Numbers of a host's epoch, both ends included. */
export interface NumberRange {
  readonly hostId: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** Numbers at or below the committed end: only these can have been seen before. */
export function numbersToCheck(frames: readonly EventFrame[], sessions: readonly IngestSession[]): NumberRange[] {
  const byHost = new Map(sessions.map((session) => [session.hostId, session]));
  return frames.flatMap(({ hostId, fence, epoch, firstSeq, items }) => {
    const session = byHost.get(hostId);
    if (!session || session.fence !== fence || session.epoch !== epoch) return [];
    const to = Math.min(firstSeq + items.length - 1, session.ackedSeq);
    return to < firstSeq ? [] : [{ hostId, epoch, from: firstSeq, to }];
  });
}

/** Decides what of a batch is new, what is a repeat, and what each frame is answered. Frames of a host are in order. */
export function planIngest(
  frames: readonly EventFrame[],
  sessions: readonly IngestSession[],
  known: KnownEvents,
): IngestPlan {
  const byHost = new Map(sessions.map((session) => [session.hostId, session]));
  const outcomes = new Map<EventFrame, FrameOutcome>();
  const plan: IngestPlan = { outcomes: [], fresh: [], sessions: [] };
  for (const [hostId, own] of groupByHost(frames)) {
    const session = byHost.get(hostId);
    const host = session && planHost(own, session, known);
    for (const frame of own) outcomes.set(frame, host?.outcomes.get(frame) ?? { kind: 'superseded' });
    for (const event of host?.fresh ?? []) plan.fresh.push(event);
    if (host?.end) plan.sessions.push(host.end);
  }
  plan.outcomes.push(...frames.map((frame) => outcomes.get(frame) ?? ({ kind: 'superseded' } as const)));
  return plan;
}

interface HostPlan {
  readonly outcomes: Map<EventFrame, FrameOutcome>;
  readonly fresh: FreshEvent[];
  readonly end: IngestSession | null;
}

function planHost(frames: readonly EventFrame[], session: IngestSession, known: KnownEvents): HostPlan {
  const outcomes = new Map<EventFrame, FrameOutcome>();
  const inBatch = new Map<string, string>();
  const fresh: FreshEvent[] = [];
  let { epoch, ackedSeq } = session;
  for (const frame of frames) {
    if (frame.fence !== session.fence) continue;
    if (frame.epoch < epoch) {
      outcomes.set(frame, { kind: 'stale' });
      continue;
    }
    if (frame.epoch > epoch) {
      // Within a session an epoch begins with 1, though its first frame may have gone down with one that was in doubt.
      epoch = frame.epoch;
      ackedSeq = 0;
    }
    const before = fresh.length;
    if (frame.firstSeq <= ackedSeq + 1) {
      for (const [index, item] of frame.items.entries()) {
        const seq = frame.firstSeq + index;
        ackedSeq = Math.max(ackedSeq, seq);
        if (item.kind === 'rejected') continue;
        const key = keyOf(frame.hostId, epoch, seq);
        const seen = known.get(key) ?? inBatch.get(key);
        if (seen !== undefined && seen !== item.event.eventId) return renewAll(frames, session, epoch);
        if (seen !== undefined) continue;
        inBatch.set(key, item.event.eventId);
        fresh.push({ hostId: frame.hostId, epoch, event: item.event });
      }
    }
    const rejected = rejectedOf(frame, ackedSeq);
    outcomes.set(frame, { kind: 'committed', epoch, upToSeq: ackedSeq, fresh: fresh.length - before, rejected });
  }
  const moved = epoch !== session.epoch || ackedSeq !== session.ackedSeq;
  return { outcomes, fresh, end: moved ? { ...session, epoch, ackedSeq } : null };
}

/** One conflict means that the whole numbering is in doubt: nothing of the host's batch is applied. */
function renewAll(frames: readonly EventFrame[], session: IngestSession, epoch: number): HostPlan {
  const outcomes = new Map<EventFrame, FrameOutcome>();
  for (const frame of frames) {
    if (frame.fence === session.fence) outcomes.set(frame, { kind: 'renew', epoch, next: epoch + 1 });
  }
  return { outcomes, fresh: [], end: null };
}

function rejectedOf(frame: EventFrame, ackedSeq: number): RejectedItem[] {
  return frame.items.flatMap((item, index) => {
    const seq = frame.firstSeq + index;
    return item.kind === 'rejected' && seq <= ackedSeq ? [{ seq, code: item.code, message: item.message }] : [];
  });
}

function groupByHost(frames: readonly EventFrame[]): Map<string, EventFrame[]> {
  const groups = new Map<string, EventFrame[]>();
  for (const frame of frames) {
    const own = groups.get(frame.hostId);
    if (own) own.push(frame);
    else groups.set(frame.hostId, [frame]);
  }
  return groups;
}
