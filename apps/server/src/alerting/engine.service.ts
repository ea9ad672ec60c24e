import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { HintedLoop, type Round } from '../queue/hinted-loop.js';
import { HINTS, type Hints } from '../queue/hints.js';
import { AlertEvaluationStore } from '../store/alert-evaluation.store.js';
import { tryAlertTurn } from '../store/alert-lock.js';
import { Database } from '../store/database.store.js';
import { type Client, poolTransaction } from '../store/pool-transaction.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';
import { INCIDENT_STAGE, type IncidentStage } from './stages.js';
import { nothingWritten, tellOf, type Written } from './written.js';

/** A server that finds the engine busy elsewhere looks again so soon: what it was told of may have come too late there. */
const busyMs = 50;

export interface Turn extends Written {
  /** Another server has the turn. */
  readonly busy: boolean;
  readonly signals: number;
  readonly transitions: number;
  readonly more: boolean;
}

/**
 * Decides about alerts: a turn reads what happened, decides, and writes what follows, in one transaction, of which there
 * is one at a time in all servers. So each decision is made once, whatever is killed between two statements.
 */
@Injectable()
export class AlertEngine implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: HintedLoop;
  /** How long the last turn took, in milliseconds. */
  lastTurnMs = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AlertEvaluationStore) private readonly evaluation: AlertEvaluationStore,
    @Inject(INCIDENT_STAGE) private readonly incidents: IncidentStage,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) { pollMs }: Pick<Config, 'pollMs'>,
  ) {
    const round = () => this.round();
    this.loop = new HintedLoop({
      subject: 'Alert engine',
      hints: { from: hints, kind: 'alerts' },
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

  /** One turn, now. */
  async turn(): Promise<Turn> {
    const started = performance.now();
    this.evaluation.note(this.clock());
    const turn = await poolTransaction(this.database.pool, (client) => this.decide(client, this.clock()));
    this.lastTurnMs = performance.now() - started;
    tellOf(this.hints, turn);
    if (turn.transitions > 0 || turn.notices.length > 0 || turn.events.length > 0)
      this.hints.publish({ kind: 'incidents', hostIds: [] });
    return turn;
  }

  private async decide(client: Client, nowMs: number): Promise<Turn> {
    if (!(await tryAlertTurn(client)))
      return { busy: true, signals: 0, transitions: 0, ...nothingWritten, more: false };
    const evaluated = await this.evaluation.evaluate(client, nowMs);
    this.nudge.watching = evaluated.watching;
    const taken = await this.incidents.take(client, evaluated.transitions, nowMs);
    const woken = await this.incidents.wake(client, nowMs);
    return {
      busy: false,
      signals: evaluated.signals,
      transitions: evaluated.transitions.length,
      notices: [...taken.notices, ...woken.notices],
      events: [...taken.events, ...woken.events],
      more: evaluated.more || taken.more || woken.more,
    };
  }

  private async round(): Promise<Round> {
    const { busy, more } = await this.turn();
    if (busy) return { more: false, wakeMs: this.clock() + busyMs };
    if (more) return { more };
    // What is due before the next poll is not left waiting for it.
    return { more, wakeMs: await this.evaluation.nextDueMs(this.database.pool) };
  }
}
