import { randomBytes } from 'node:crypto';
import { afterAttempt, mayTry } from '@carillon/core/alert/deliver/breaker';
import { nextTry, patienceOf } from '@carillon/core/alert/deliver/next-try';
import type { Outcome } from '@carillon/core/alert/deliver/outcome';
import type { Reason } from '@carillon/core/alert/reason';
import { stoppedBy } from '@carillon/core/alert/subscribe/stopped-by';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AlertNudge } from '../../queue/alert-nudge.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from '../../queue/delivery-queue.js';
import { HintedLoop, type Round } from '../../queue/hinted-loop.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { StateLog } from '../../queue/state-log.js';
import { Origins } from '../../shared/origins.js';
import { Database } from '../../store/database.store.js';
import { poolTransaction } from '../../store/pool-transaction.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { type SubscriptionRow, SubscriptionStore } from '../../store/subscription.store.js';
import { type ClaimedDelivery, SubscriptionDeliveryStore } from '../../store/subscription-delivery.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { queueFailedRuns } from './run-events.js';
import { sendEvent } from './send-event.js';

/** Of one subscription at the same time. */
const atOnce = 8;
/** Longer than the longest attempt: what is still going out must not go out twice. */
const leaseMs = 60_000;
const patience = patienceOf('webhook');

/**
 * Sends events to subscriptions, each in a lane of its own, so that a slow endpoint delays nobody else. Rows are claimed
 * by lease: a server that dies makes them late, and what was sent and not recorded goes out again under the same id.
 */
@Injectable()
export class SubscriptionSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: HintedLoop;
  private readonly laneState = new StateLog('Sending to subscriptions');
  /** By subscription, while they run. */
  private readonly lanes = new Map<string, Promise<void>>();
  private started = false;
  private stopped = false;
  private unsubscribe: (() => void) | undefined;
  private leave: (() => void) | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SubscriptionStore) private readonly subscriptions: SubscriptionStore,
    @Inject(SubscriptionDeliveryStore) private readonly deliveries: SubscriptionDeliveryStore,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(CONFIG) private readonly config: Pick<Config, 'pollMs' | 'allowPrivateChannels'>,
    @Inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
  ) {
    const round = () => this.round();
    const subject = 'Events of subscriptions';
    this.loop = new HintedLoop({
      subject,
      hints: { from: hints, kind: 'events' },
      pollMs: config.pollMs,
      clock,
      round,
    });
  }

  onApplicationBootstrap(): void {
    // Where no policy looks at runs, this hint is all that says that some were stored.
    this.unsubscribe = this.hints.subscribe(({ kind }) => {
      if (kind === 'alerts') this.loop.ask();
    });
    // Rounds are short, whatever endpoints do: lanes wait for them.
    this.leave = this.queue.serve('events', () => Promise.resolve(this.loop.ask()));
    this.started = true;
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.unsubscribe?.();
    this.leave?.();
    await this.loop.stop();
    await Promise.all(this.lanes.values());
  }

  /** Sends what is due now, until nothing is. */
  async deliver(): Promise<void> {
    while ((await this.round()).more);
    await Promise.all(this.lanes.values());
  }

  /** One attempt, at once: what the endpoint says is the answer. */
  async ping(subscription: SubscriptionRow, by: string): Promise<Outcome> {
    const nowMs = this.clock();
    const id = makeUuid7(nowMs, randomBytes(10));
    const data = {
      subscription: { id: subscription.id, name: subscription.name },
      text: `a test that ${by} asked for`,
    };
    const delivery = await this.deliveries.addPing(id, subscription.id, data, nowMs);
    const outcome = await this.send(subscription, delivery);
    const state = outcome.kind === 'sent' ? 'sent' : 'dead';
    await this.deliveries.settle(delivery, { state, nextMs: null, outcome: reasonOf(outcome) }, this.clock());
    return outcome;
  }

  /** Failed runs become events, and what is due gets a lane. */
  private async round(): Promise<Round> {
    const nowMs = this.clock();
    const [origin = 'http://localhost'] = this.origins.all;
    const { listening, more } = await poolTransaction(this.database.pool, (client) =>
      queueFailedRuns(client, (path) => `${origin}${path}`, nowMs),
    );
    this.nudge.telling = listening;
    for (const id of await this.deliveries.due(nowMs)) if (!this.lanes.has(id)) this.open(id);
    // A lane that ends asks again: only then is it known what it leaves for later.
    return { more, wakeMs: await this.deliveries.nextDueMs([...this.lanes.keys()]) };
  }

  private open(id: string): void {
    const lane = this.drain(id)
      .then(
        () => {
          this.laneState.works();
          return true;
        },
        (error: unknown) => {
          // The next poll tries again.
          this.laneState.fails(error);
          return false;
        },
      )
      .then((worked) => {
        this.lanes.delete(id);
        if (worked && this.started) this.loop.ask();
      });
    this.lanes.set(id, lane);
  }

  /** Sends what is due for one subscription, as long as its endpoint works. */
  private async drain(id: string): Promise<void> {
    while (!this.stopped) {
      const nowMs = this.clock();
      const subscription = await this.subscriptions.byId(id);
      if (!subscription) return;
      const { breaker, name } = subscription;
      const off = offReason(subscription);
      if (off) return await this.deliveries.bury(id, off);
      if (!mayTry(breaker, nowMs)) {
        const why: Reason = {
          code: 'breaker_open',
          text: `${name} does not work; it is tried again later`,
          figures: { name },
        };
        return await this.deliveries.postpone(id, nowMs, breaker.openUntilMs ?? nowMs, why);
      }
      // A breaker that was open lets one through, to see.
      const claimed = await this.deliveries.claim(id, breaker.openUntilMs === null ? atOnce : 1, nowMs, leaseMs);
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((delivery) => this.attempt(subscription, delivery)));
    }
  }

  private async attempt(subscription: SubscriptionRow, delivery: ClaimedDelivery): Promise<void> {
    const outcome = await this.send(subscription, delivery);
    const nowMs = this.clock();
    const { attempts } = delivery;
    const next = nextTry(outcome, { attempts, nowMs, expiresMs: null, random: Math.random() }, patience);
    const settled =
      next.kind === 'dead'
        ? { state: 'dead' as const, nextMs: null, outcome: { code: next.code, text: next.message } }
        : {
            state: next.kind === 'done' ? ('sent' as const) : ('failed' as const),
            nextMs: next.kind === 'again' ? next.atMs : null,
            outcome: reasonOf(outcome),
          };
    await this.deliveries.settle(delivery, settled, nowMs);
    await this.remember(subscription, outcome, nowMs);
  }

  /** An endpoint that refuses everything works as little as one that is away. */
  private async remember({ id }: SubscriptionRow, outcome: Outcome, nowMs: number): Promise<void> {
    await this.subscriptions.changeHealth(id, (row) => {
      const breaker = afterAttempt(row.breaker, outcome.kind === 'sent', nowMs);
      return { breaker, stopped: row.stopped ?? stoppedBy(outcome, breaker.failingSinceMs, nowMs) };
    });
  }

  private async send(subscription: SubscriptionRow, delivery: ClaimedDelivery): Promise<Outcome> {
    try {
      const secrets = await this.secrets.values(subscription.signing);
      const allowPrivateAddresses = this.config.allowPrivateChannels || subscription.allowPrivateAddresses;
      return await sendEvent(subscription, delivery, { nowMs: this.clock(), secrets, allowPrivateAddresses });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return { kind: 'retry', code: 'no_secret', message: said, figures: { said } };
    }
  }
}

function offReason({ enabled, stopped }: SubscriptionRow): Reason | null {
  if (!enabled) return { code: 'subscription_off', text: 'the subscription is switched off' };
  return stopped && { code: 'subscription_stopped', text: stopped.text };
}

function reasonOf(outcome: Outcome): Reason {
  return outcome.kind === 'sent'
    ? { code: 'sent', text: 'sent' }
    : { code: outcome.code, text: outcome.message, figures: outcome.figures ?? {} };
}
