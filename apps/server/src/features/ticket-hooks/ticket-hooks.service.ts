import { type IncomingHook, judgeHook, ticketsNamed } from '@carillon/core/alert/ticket/read-hook';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ALERT_CLOCK, type AlertClock } from '../../alerting/alert-clock.js';
import { TicketSystems } from '../../alerting/ticketing/ticket-systems.js';
import { ApiError } from '../../http/api-error.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { RateLimiter } from '../../shared/rate-limiter.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { TicketSystemStore } from '../../store/ticket-system.store.js';

export interface TicketHook extends IncomingHook {
  /** Name of the channel, as the address has it. */
  readonly channel: string;
  /** Whose request it is. */
  readonly address: string;
  readonly payload: unknown;
}

/**
 * Webhooks of ticket systems. A signed one says that a ticket has news; what they are is read from the system itself, so
 * that neither a forged, a late nor a repeated one can do more than cause a reading. The answer is the same for tickets
 * that are ours and that are not, and for channels that are there and that are not.
 */
@Injectable()
export class TicketHooksService {
  private readonly logger = new Logger('Webhooks of tickets');
  private readonly unknown = new RateLimiter({ perMinute: 600, burst: 200 });
  private readonly signed = new RateLimiter({ perMinute: 1_200, burst: 400 });

  constructor(
    @Inject(TicketSystems) private readonly systems: TicketSystems,
    @Inject(TicketSystemStore) private readonly states: TicketSystemStore,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  /** @throws ApiError for one that is not signed, or comes too often */
  async take({ channel, address, payload, ...hook }: TicketHook): Promise<void> {
    const nowMs = this.clock();
    this.admit(this.unknown, address, nowMs);
    const nameKey = channel.toLowerCase();
    const known = (await this.systems.channels()).get(nameKey);
    const names = known?.spec.signing.map(({ secret }) => secret) ?? [];
    const verdict = judgeHook(hook, [...(await this.secrets.values(names)).values()], nowMs);
    if (!verdict.ok) {
      this.logger.warn(`one for ${JSON.stringify(nameKey.slice(0, 100))} from ${address} was refused: ${verdict.why}`);
      throw new ApiError('not_signed_in', 'expected a signature with the secret of this channel');
    }
    this.admit(this.signed, nameKey, nowMs);
    const { delivery } = verdict;
    if (delivery !== null && !(await this.states.isNewDelivery(nameKey, delivery, nowMs))) return;
    const tickets = ticketsNamed(payload);
    if (await this.states.hear(nameKey, tickets, nowMs)) this.hints.publish({ kind: 'notices', hostIds: [] });
    else this.logger.log(`${nameKey} told of a ticket that is none of ours: ${tickets[0] ?? 'it names none'}`);
  }

  private admit(limiter: RateLimiter, name: string, nowMs: number): void {
    const waitMs = limiter.take(name, nowMs);
    if (waitMs > 0)
      throw new ApiError('too_many_requests', 'too many requests; what changed is asked for later', { waitMs });
  }
}
