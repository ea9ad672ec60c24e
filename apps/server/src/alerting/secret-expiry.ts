import { expiryOf } from '@carillon/core/secrets/secret-rules';
import { vaultKey } from '@carillon/core/secrets/secret-use';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { StateLog } from '../queue/state-log.js';
import { firingParts, signalSystem } from '../store/alert-signals.js';
import { Database } from '../store/database.store.js';
import { type JobSecretRow, JobSecretStore } from '../store/job-secret.store.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';

const lookMs = 60 * 60_000;
const partOf = (row: JobSecretRow) => `expiry:${vaultKey(row)}`;

/** Tells people two weeks before a secret or a password ends; that it was replaced ends the incident. */
@Injectable()
export class SecretExpiry implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly state = new StateLog('Expiry of secrets');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(JobSecretStore) private readonly secrets: JobSecretStore,
    @Inject(Database) private readonly database: Database,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.lookQuietly();
    this.timer = setInterval(() => void this.lookQuietly(), lookMs);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Tells what is new: each once, until it is replaced. */
  async look(): Promise<void> {
    const { pool } = this.database;
    const atMs = this.clock();
    const firing = await firingParts(pool, 'expiry:');
    for (const row of await this.secrets.list()) {
      const part = partOf(row);
      const expiry = expiryOf(row.expiresAt?.getTime() ?? null, atMs);
      const isDue = expiry === 'near' || expiry === 'over';
      // Told again where it is over by now, which the words say; the alert is the same.
      if (isDue && !firing.has(part))
        await signalSystem(pool, { atMs, part, ok: false, code: 'secret_expires', text: textOf(row, expiry) });
      if (isDue) firing.delete(part);
    }
    for (const part of firing)
      await signalSystem(pool, {
        atMs,
        part,
        ok: true,
        code: 'secret_renewed',
        text: 'it was replaced, or is not kept any more',
      });
  }

  private async lookQuietly(): Promise<void> {
    try {
      await this.look();
      this.state.works();
    } catch (error) {
      this.state.fails(error);
    }
  }
}

function textOf({ purpose, shown, expiresAt }: JobSecretRow, expiry: 'near' | 'over'): string {
  const what = purpose === 'account' ? `the password of ${shown}` : `secret ${shown}`;
  const until = expiresAt?.toISOString() ?? '';
  return expiry === 'over' ? `${what} is over since ${until}` : `${what} is over at ${until}`;
}
