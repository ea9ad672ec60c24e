import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { HintedLoop } from '../../queue/hinted-loop.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { describeError } from '../../queue/state-log.js';
import { TicketSystemStore, type TicketTurn } from '../../store/ticket-system.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { TicketError } from './ticket-system.js';
import { type TicketChannel, TicketSystems } from './ticket-systems.js';

const everyMs = 60_000;
/** A password that is refused more often than this locks its account. */
const refusedMs = 3_600_000;
/** Whoever has not answered after so many pages by then is asked by somebody else. */
const leaseMs = 10 * 60_000;
/** Indexes of searches lag, and clocks differ: what was asked for already is asked for again, and known by its time. */
const overlapMs = 15 * 60_000;
/** After a longer time without us, every ticket is read when something is to be done about it. */
const longestMs = 7 * 24 * 3_600_000;

/**
 * Asks each ticket system once a minute which tickets changed, all of ours in one question: what webhooks do at once, and
 * what there is where nobody set any up.
 */
@Injectable()
export class TicketPoll implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Tickets');
  private readonly loop: HintedLoop;

  constructor(
    @Inject(TicketSystemStore) private readonly states: TicketSystemStore,
    @Inject(TicketSystems) private readonly systems: TicketSystems,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) { pollMs }: Pick<Config, 'pollMs'>,
  ) {
    const round = async () => ({ more: false, wakeMs: await this.turn() });
    this.loop = new HintedLoop({
      subject: 'Changes of tickets',
      hints: { from: hints, kind: 'tickets' },
      pollMs,
      clock,
      round,
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Asks every system whose time has come. @returns when the next one is asked */
  async turn(): Promise<number | null> {
    const channels = [...(await this.systems.channels()).values()];
    if (channels.length === 0) return null;
    const heard = await Promise.all(channels.map((channel) => this.ask(channel)));
    const names = channels.map(({ nameKey }) => nameKey);
    await this.states.tellRecovered(names, this.clock());
    if (heard.some((count) => count > 0)) this.hints.publish({ kind: 'tickets', hostIds: [] });
    return await this.states.nextDueMs(names);
  }

  private async ask(channel: TicketChannel): Promise<number> {
    const { nameKey, settings } = channel;
    const nowMs = this.clock();
    await this.states.goOn(nameKey, settings, nowMs);
    const turn = await this.states.claim(nameKey, nowMs, leaseMs);
    if (!turn) return 0;
    try {
      const isIdle = turn.problem === null && !(await this.states.hasTickets(nameKey));
      const heard = isIdle ? null : await this.changes(channel, turn, nowMs);
      if (turn.problem && heard !== null) await this.states.mended(nameKey, this.clock());
      await this.states.asked(nameKey, heard === null ? null : nowMs, this.clock() + everyMs);
      return heard ?? 0;
    } catch (error) {
      await this.failed(channel, error);
      return 0;
    }
  }

  /** @returns how many tickets changed; null for a system that keeps nothing that could */
  private async changes(
    { nameKey, spec }: TicketChannel,
    { askedMs }: TicketTurn,
    nowMs: number,
  ): Promise<number | null> {
    const system = await this.systems.open(spec);
    const sinceMs = Math.max((askedMs ?? nowMs) - overlapMs, nowMs - longestMs);
    const changed = await system.changedSince(sinceMs);
    return changed && (await this.states.hearChanges(nameKey, changed, this.clock()));
  }

  /** What a person has to mend is told; it may be mended over there, so now and then it is tried all the same. */
  private async failed({ nameKey, settings }: TicketChannel, error: unknown): Promise<void> {
    const nowMs = this.clock();
    this.logger.warn(`${nameKey} was not asked for changes: ${describeError(error)}`);
    const known = error instanceof TicketError ? error : null;
    const isProblem = known?.kind === 'problem';
    if (isProblem) await this.states.refuse(nameKey, { reason: known.reason, settings }, nowMs, true);
    await this.states.asked(nameKey, null, nowMs + Math.max(isProblem ? refusedMs : everyMs, known?.afterMs ?? 0));
  }
}
