import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { describeError } from '../queue/state-log.js';
import { Signer } from '../shared/signer.js';
import { isRefusal } from '../shared/signing/signer-requests.js';
import { firingParts, signalSystem } from '../store/alert-signals.js';
import { Database } from '../store/database.store.js';
import { JobSecretStore } from '../store/job-secret.store.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';

const part = 'vault';
const namesShown = 5;

/**
 * Proves at each start that what stands in the database of jobs' secrets is ciphertext: a value goes the way of all others, and
 * each stored one is opened by the signer. Elsewhere encryption was switched off for years and nobody knew.
 */
@Injectable()
export class VaultCheck implements OnApplicationBootstrap {
  private readonly logger = new Logger('Secrets');

  constructor(
    @Inject(JobSecretStore) private readonly secrets: JobSecretStore,
    @Inject(Signer) private readonly signer: Signer,
    @Inject(Database) private readonly database: Database,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  /** @throws Error, so that the server does not start, where a value stands there as it is; a key file that is lost is told */
  async onApplicationBootstrap(): Promise<void> {
    let rows: Awaited<ReturnType<JobSecretStore['sealed']>>;
    try {
      rows = await this.secrets.sealed('all');
    } catch (error) {
      // A server that cannot look starts nevertheless: hosts need it.
      this.logger.warn(`secrets of jobs could not be looked at: ${describeError(error)}`);
      return;
    }
    await this.tryOne();
    const verdicts = await this.signer.ask('vaultCheck', { rows });
    const named = (verdict: string) =>
      rows.filter((_row, index) => verdicts[index] === verdict).map(({ purpose, name }) => `${purpose} ${name}`);
    const plain = named('plain');
    if (plain.length > 0)
      throw new Error(
        `job_secret: expected ciphertext, found something else for ${listed(plain)}; delete the rows and hand the values over again`,
      );
    await this.tellClosed(named('closed'));
  }

  private async tryOne(): Promise<void> {
    const value = randomBytes(24).toString('hex');
    const name = { purpose: 'secret', name: 'self-test' } as const;
    const answer = await this.signer.ask('vaultPut', { name, value });
    // A book that is not believed is told elsewhere, and then nothing is sealed at all.
    if (isRefusal(answer)) return;
    const bytes = Buffer.from(answer.sealed, 'base64');
    const [verdict] = await this.signer.ask('vaultCheck', {
      rows: [{ ...name, version: answer.valueVersion, sealed: answer.sealed }],
    });
    if (verdict !== 'good' || bytes.includes(value) || bytes.includes(Buffer.from(value, 'hex')))
      throw new Error('secrets of jobs would not be sealed: the self-test failed');
  }

  private async tellClosed(closed: readonly string[]): Promise<void> {
    const { pool } = this.database;
    const base = { atMs: this.clock(), part };
    if (closed.length > 0) {
      const text = `${closed.length} secrets of jobs cannot be opened with the vault key of this server: ${listed(closed)}`;
      this.logger.error(`${text}; bring back the vault.key that they were sealed with, or hand them over again`);
      await signalSystem(pool, { ...base, ok: false, code: 'secrets_closed', text });
    } else if ((await firingParts(pool, part)).has(part))
      await signalSystem(pool, { ...base, ok: true, code: 'secrets_open', text: 'all secrets of jobs can be opened' });
  }
}

function listed(names: readonly string[]): string {
  return names.slice(0, namesShown).join(', ') + (names.length > namesShown ? ', …' : '');
}
