import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { describeError } from '../queue/state-log.js';
import { firingParts, signalSystem } from '../store/alert-signals.js';
import { Database } from '../store/database.store.js';
import { ServerSecretStore } from '../store/server-secret.store.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';

const part = 'secrets';
const namesShown = 5;

/**
 * Opens every stored secret once, at the start: with another key file than they were sealed with, all channels that need
 * one would fail, and nobody would know before the first alert.
 */
@Injectable()
export class SecretCheck implements OnApplicationBootstrap {
  private readonly logger = new Logger('Secrets');

  constructor(
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(Database) private readonly database: Database,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  /** A server that cannot look starts nevertheless: hosts need it. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.check();
    } catch (error) {
      this.logger.warn(`stored secrets could not be looked at: ${describeError(error)}`);
    }
  }

  /** Says which secrets cannot be opened, and that all can where it was said that some could not. */
  async check(): Promise<void> {
    const { pool } = this.database;
    const closed = await this.secrets.unreadable();
    const base = { atMs: this.clock(), part };
    if (closed.length > 0) {
      const names = closed.slice(0, namesShown).join(', ') + (closed.length > namesShown ? ', …' : '');
      const text = `${closed.length} stored secrets cannot be opened with the key file of this server: ${names}`;
      this.logger.error(`${text}; bring the key file back that they were sealed with, or hand them over again`);
      await signalSystem(pool, { ...base, ok: false, code: 'secrets_closed', text });
    } else if ((await firingParts(pool, part)).has(part))
      await signalSystem(pool, { ...base, ok: true, code: 'secrets_open', text: 'all stored secrets can be opened' });
  }
}
