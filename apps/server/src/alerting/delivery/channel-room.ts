import { afterAttempt, closedBreaker, endpointGivenUpMs, mayTry } from '@carillon/core/alert/deliver/breaker';
import { bucketOf } from '@carillon/core/alert/deliver/bucket-of';
import type { Outcome } from '@carillon/core/alert/deliver/outcome';
import type { ChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import type { Reason } from '@carillon/core/alert/reason';
import type { ChannelStateRow, NoticeStore } from '../../store/notice.store.js';
import type { RateBucketStore } from '../../store/rate-bucket.store.js';
import type { AlertClock } from '../alert-clock.js';

/** What there is no room for is looked at no sooner. */
const shortestWaitMs = 1_000;
const untried: ChannelStateRow = { breaker: closedBreaker, disabled: null };

/** How many of some notices may go out now, and why the others do not. */
export interface Room {
  readonly count: number;
  readonly waitMs: number;
  readonly why: Reason;
  /** The channel is not used any more. */
  readonly disabled: Reason | null;
}

/** How much may go out through a channel: what its provider takes, and whether it works, for all servers together. */
export class ChannelRoom {
  constructor(
    private readonly notices: NoticeStore,
    private readonly rates: RateBucketStore,
    private readonly clock: AlertClock,
  ) {}

  /** How many may go out now, and until when the others wait. @param channel its name in lower case */
  async reserve(channel: string, spec: ChannelSpec, wanted: number): Promise<Room> {
    const nowMs = this.clock();
    const { breaker, disabled } = (await this.notices.channelStates([channel])).get(channel) ?? untried;
    if (disabled) return { count: 0, waitMs: 0, why: disabled, disabled };
    const why: Reason = {
      code: 'breaker_open',
      text: `${spec.name} does not work; it is tried again later`,
      figures: { name: spec.name },
    };
    if (!mayTry(breaker, nowMs)) return { count: 0, waitMs: (breaker.openUntilMs ?? nowMs) - nowMs, why, disabled };
    const isClosed = breaker.openUntilMs === null;
    // A breaker that was open lets one through, to see: one of all servers.
    if (!isClosed && !(await this.mayProbe(channel, breaker.openMs)))
      return { count: 0, waitMs: shortestWaitMs, why, disabled };
    const { taken, waitMs } = await this.rates.take(bucketOf(spec), spec.limit, isClosed ? wanted : 1);
    if (!isClosed && taken > 0)
      return { count: taken, waitMs: Math.max(breaker.openMs, shortestWaitMs), why, disabled };
    const { name, limit } = spec;
    const figures = { name, perMinute: limit.perMinute };
    const limited: Reason = { code: 'rate_limited', text: `${name} takes ${limit.perMinute} a minute`, figures };
    return { count: taken, waitMs: Math.max(waitMs, shortestWaitMs), why: limited, disabled };
  }

  /** Keeps in mind how an attempt ended. */
  async remember(channel: string, spec: ChannelSpec, outcome: Outcome): Promise<void> {
    const nowMs = this.clock();
    const isGone = outcome.kind === 'refused' && outcome.gone === true;
    if (outcome.kind === 'refused' && !isGone) return;
    await this.notices.changeChannel(channel, untried, (row) => {
      const breaker = afterAttempt(row.breaker, outcome.kind === 'sent', nowMs);
      const isGivenUp = breaker.failingSinceMs !== null && nowMs - breaker.failingSinceMs > endpointGivenUpMs;
      const disabled: Reason | null = isGone
        ? {
            code: 'gone',
            text: `${spec.name} says that it is gone (HTTP 410); apply the channel again when it is back`,
          }
        : isGivenUp
          ? { code: 'failing', text: `${spec.name} has failed for days; apply the channel again when it works` }
          : row.disabled;
      return { row: { ...row, breaker, disabled }, result: undefined };
    });
  }

  /** A server that dies with the right to probe makes the next one as late as the breaker was open. */
  private async mayProbe(channel: string, openMs: number): Promise<boolean> {
    const rate = { perMinute: 60_000 / Math.max(openMs, shortestWaitMs), burst: 1 };
    return (await this.rates.take(`probe/${channel}`, rate, 1)).taken > 0;
  }
}
