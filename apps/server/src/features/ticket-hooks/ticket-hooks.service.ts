import { type IncomingHook, judgeHook, ticketsNamed } from '@carillon/core/alert/ticket/read-hook';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ALERT_CLOCK, type AlertClock } from '../../alerting/alert-clock.js';
import { TicketSystems } from '../../alerting/ticketing/ticket-systems.js';
import { ApiError } from '../../http/api-error.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { RateLimiter } from '../../shared/rate-limiter.js';
import { RateBucketStore } from '../../store/rate-bucket.store.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { TicketSystemStore } from '../../store/ticket-system.store.js';

export interface TicketHook extends IncomingHook {
  /** Name of the channel, as the address has it. */
  readonly channel: string;
  /** Whose request it is. */
  readonly address: string;
  readonly payload: unknown;
}

/** Of each channel, at all servers together. */
const signedRate = { perMinute: 1_200, burst: 400 };

/**
 * Webhooks of ticket systems. A signed one says that a ticket has news; what they are is read from the system itself, so
 * that neither a forged, a late nor a repeated one can do more than cause a reading. The answer is the same for tickets
 * that are ours and that are not, and for channels that are there and that are not.
 */
@Injectable()
export class TicketHooksService {
  private readonly logger = new Logger('Webhooks of tickets');
  /** Of each address, by this server alone: who did not sign must not make it write anything down. */
  private readonly unknown = new RateLimiter({ perMinute: 600, burst: 200 });

  constructor(
    @Inject(TicketSystems) private readonly systems: TicketSystems,
    @Inject(TicketSystemStore) private readonly states: TicketSystemStore,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(RateBucketStore) private readonly rates: RateBucketStore,
  ) {}

  /** @throws ApiError for one that is not signed, or comes too often */
  async take({ channel, address, payload, ...hook }: TicketHook): Promise<void> {
    const nowMs = this.clock();
    this.admit(this.unknown.take(address, nowMs));
    const nameKey = channel.toLowerCase();
    const known = (await this.systems.channels()).get(nameKey);
    const names = known?.spec.signing.map(({ secret }) => secret) ?? [];
    const verdict = judgeHook(hook, [...(await this.secrets.values(names)).values()], nowMs);
    if (!verdict.ok) {
      this.logger.warn(`one for ${JSON.stringify(nameKey.slice(0, 100))} from ${address} was refused: ${verdict.why}`);
      throw new ApiError('not_signed_in', 'expected a signature with the secret of this channel');
    }
    const { taken, waitMs } = await this.rates.take(`hook/${nameKey}`, signedRate, 1);
    this.admit(taken > 0 ? 0 : waitMs);
    const { delivery } = verdict;
    if (delivery !== null && !(await this.states.isNewDelivery(nameKey, delivery, nowMs))) return;
    const tickets = ticketsNamed(payload);
    if (await this.states.hear(nameKey, tickets, nowMs)) this.hints.publish({ kind: 'tickets', hostIds: [] });
    else this.logger.log(`${nameKey} told of a ticket that is none of ours: ${tickets[0] ?? 'it names none'}`);
  }

  private admit(waitMs: number): void {
    if (waitMs > 0)
      throw new ApiError('too_many_requests', 'too many requests; what changed is asked for later', { waitMs });
  }
}
