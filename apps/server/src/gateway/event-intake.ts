import type { Body } from '@carillon/contract/agent/catalog';
import { agentEvent } from '@carillon/contract/agent/event-messages';
import { isRunUnderWay } from '@carillon/core/state/states';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { AlertNudge } from '../queue/alert-nudge.js';
import { PageNews } from '../queue/page-news.js';
import { describeError } from '../queue/state-log.js';
import { IngestStore } from '../store/ingest.store.js';
import type { EventFrame, EventItem, FrameOutcome } from '../store/ingest-plan.js';
import { isDataError } from '../store/sql-errors.js';
import type { AgentLink } from './agent-link.js';
import { Batcher, storeInHalves } from './batcher.js';

const eventsPerFlush = 500;
/** What waits while flushes run goes together in the next. */
const mostEventsPerFlush = 4_000;
/** Postgres has other work too, and few machines under it have more cores to give. */
const flushesAtOnce = 3;
/** Long enough for what several sockets bring in the same moment. */
const flushMs = 2;
/** With hundreds of frames a second, a wait that nobody notices saves most of the statements. */
const busyFlushMs = 10;
/** The column is a Postgres integer, and `epoch.renew` names the next one. */
const highestEpoch = 2 ** 31 - 2;
/** Above this, sockets read on only after their last frame is stored. */
const highWaterEvents = 20_000;

/** Events of all sockets, stored together and acked after the commit. */
@Injectable()
export class EventIntake {
  private readonly logger = new Logger('Gateway');
  private readonly batcher: Batcher<EventFrame, FrameOutcome>;
  private storedCount = 0;

  constructor(
    @Inject(IngestStore) private readonly store: IngestStore,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(PageNews) private readonly news: PageNews,
  ) {
    this.batcher = new Batcher({
      name: 'Event intake',
      maxWeight: eventsPerFlush,
      mostWeight: mostEventsPerFlush,
      maxDelayMs: flushMs,
      busyDelayMs: busyFlushMs,
      lanes: flushesAtOnce,
      keyOf: (frame) => frame.hostId,
      weigh: (frame) => frame.items.length,
      flush: (frames, lane) => this.ingest(frames, lane),
    });
  }

  /** Events received and not stored yet. */
  get pending(): number {
    return this.batcher.pendingWeight;
  }

  /** Events stored for the first time. */
  get stored(): number {
    return this.storedCount;
  }

  /** Failed attempts to store a batch. */
  get failures(): number {
    return this.batcher.failures;
  }

  /** Is more waiting than is good for memory? */
  get congested(): boolean {
    return this.batcher.pendingWeight > highWaterEvents;
  }

  /**
   * Stores one `events` message and answers it: `ack` after the commit, `epoch.renew`, or `goaway` to an older session.
   * Resolves when that is done; a database that is away only makes it late.
   * @throws when the server stops before it was stored: nothing was answered
   */
  async submit(link: AgentLink, body: Body<'events'>, re: string): Promise<void> {
    if (body.epoch > highestEpoch) {
      const message = `events.epoch: expected at most ${highestEpoch}, got ${body.epoch}`;
      return link.send('nack', { code: 'bad_message', message }, re);
    }
    const { hostId, fence } = link;
    const items = body.items.map((item, index) => readItem(item, body.firstSeq + index));
    const outcome = await this.batcher.add({ hostId, fence, epoch: body.epoch, firstSeq: body.firstSeq, items });
    this.answer(link, outcome, re);
    if (outcome.kind !== 'committed') return;
    this.storedCount += outcome.fresh;
    if (outcome.fresh === 0) return;
    this.nudge.afterRuns();
    this.news.afterRuns(hostId);
    if (items.some((item) => item.kind === 'event' && item.event.data.kind === 'task.changed'))
      this.news.afterReport(hostId);
  }

  stop(limitMs: number): Promise<void> {
    return this.batcher.stop(limitMs);
  }

  private answer(link: AgentLink, outcome: FrameOutcome, re: string): void {
    switch (outcome.kind) {
      case 'committed': {
        const { epoch, upToSeq } = outcome;
        const rejected = outcome.rejected.map((item) => ({ ...item }));
        if (rejected[0])
          this.logger.warn(
            `host ${JSON.stringify(link.name)}: ${rejected.length} events can never be stored, first: ${rejected[0].message}`,
          );
        link.send('ack', rejected.length > 0 ? { epoch, upToSeq, rejected } : { epoch, upToSeq }, re);
        return;
      }
      case 'renew':
        this.logger.warn(
          `host ${JSON.stringify(link.name)} reuses event numbers of epoch ${outcome.epoch}: a restored disk?`,
        );
        link.send('epoch.renew', { epoch: outcome.epoch, next: outcome.next }, re);
        return;
      case 'superseded':
        link.supersede();
        return;
      case 'stale':
        return;
    }
  }

  private ingest(frames: readonly EventFrame[], lane: number): Promise<readonly FrameOutcome[]> {
    return storeInHalves<EventFrame, FrameOutcome>(
      frames,
      (some) => this.store.ingest(some, lane),
      isDataError,
      (frame, error) => this.ingestAlone(frame, error, lane),
    );
  }

  /** A frame that failed alone: its halves, down to the one event that is given up. */
  private async ingestAlone(frame: EventFrame, error: unknown, lane: number): Promise<FrameOutcome> {
    if (frame.items.length === 1) {
      const items: EventItem[] = [
        { kind: 'rejected', code: 'not_storable', message: describeError(error).slice(0, 500) },
      ];
      const [outcome] = await this.store.ingest([{ ...frame, items }], lane);
      return outcome ?? { kind: 'superseded' };
    }
    const middle = Math.ceil(frame.items.length / 2);
    const left = { ...frame, items: frame.items.slice(0, middle) };
    const right = { ...frame, firstSeq: frame.firstSeq + middle, items: frame.items.slice(middle) };
    const [first, second] = [await this.ingest([left], lane), await this.ingest([right], lane)].flat();
    return mergeOutcomes(first, second);
  }
}

function mergeOutcomes(first: FrameOutcome | undefined, second: FrameOutcome | undefined): FrameOutcome {
  if (!first || !second) return { kind: 'superseded' };
  if (first.kind !== 'committed') return first;
  if (second.kind !== 'committed') return second;
  return { ...second, fresh: first.fresh + second.fresh, rejected: [...first.rejected, ...second.rejected] };
}

/** An event that cannot be read is given up by name; its neighbours are stored. */
function readItem(item: unknown, seq: number): EventItem {
  const parsed = agentEvent.safeParse(item);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const message = `events.items.${seq}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`;
    return {
      kind: 'rejected',
      code: issue?.path.at(-1) === 'kind' ? 'unknown_kind' : 'bad_event',
      message: message.slice(0, 500),
    };
  }
  const event = parsed.data;
  if (event.seq !== seq)
    return { kind: 'rejected', code: 'bad_seq', message: `events: expected seq ${seq}, got ${event.seq}` };
  if (event.data.kind === 'run.finished' && isRunUnderWay(event.data.state)) {
    return {
      kind: 'rejected',
      code: 'bad_event',
      message: `events.items.${seq}.data.state: expected an end, got ${event.data.state}`,
    };
  }
  return { kind: 'event', event };
}
