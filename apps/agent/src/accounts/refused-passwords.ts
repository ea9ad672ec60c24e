import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import { SchedulerError } from '../scheduler/task-scheduler.js';

/** Domains lock an account after a few wrong passwords, and forget them after some ten minutes. */
const restMs = 30 * 60_000;

/**
 * Did Windows refuse a password, or the account for having been tried too often? By the codes in what Register-ScheduledTask
 * says [K]; its words are in the host's language.
 */
export function isLogonFailure(message: string): boolean {
  return /0x8007052e|0x80070775/i.test(message);
}

/** Passwords that Windows did not take, by their mark: not tried again and again, which would lock the account. */
export class RefusedPasswords {
  private readonly refused = new Map<string, { readonly message: string; readonly untilMs: number }>();

  constructor(private readonly now: () => number) {}

  note(mark: string, error: unknown): void {
    if (!(error instanceof SchedulerError) || error.code !== 'register_failed' || !isLogonFailure(error.message))
      return;
    this.refused.set(mark, { message: error.message, untilMs: this.now() + restMs });
  }

  /** @throws SchedulerError `register_failed` as long as it is not to be tried again */
  require(mark: string): void {
    const found = this.refused.get(mark);
    if (!found || this.now() >= found.untilMs) return;
    const until = new Date(found.untilMs).toISOString();
    throw new SchedulerError(
      'register_failed',
      `${found.message}; not tried again before ${until}, so that the account is not locked; another password is tried at once` satisfies HostFaultText,
    );
  }
}
