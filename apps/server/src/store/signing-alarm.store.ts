import type { AuditActName } from '@carillon/core/audit/acts';
import type { Refusal } from '@carillon/core/signing/refusal';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { firingParts, signalSystem } from './alert-signals.js';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

/** Parts of ours, as alerts about ourselves name them. */
export const signingPart = 'signing:database';
const hostPart = (host: string) => `signing:host ${host}`;

/** The same again is told again only after this. */
const quietMs = 5 * 60_000;
const longestText = 500;

/** Whatever is not signed, or not obeyed, is no accident: people are told, and it stands in the audit. */
@Injectable()
export class SigningAlarmStore {
  private readonly logger = new Logger('Signing');
  private readonly told = new Map<string, number>();

  constructor(@Inject(Database) private readonly database: Database) {}

  /** The database is not what was accepted. @param about the host or job that it shows at */
  async raise(about: string, { code, message }: Pick<Refusal, 'code' | 'message'>): Promise<void> {
    await this.tell(signingPart, { about, code, message, act: 'not-signed' });
  }

  /** An agent did not obey what reached it. */
  async refused(host: string, refusal: { code: string; message: string; what: string }): Promise<void> {
    const { code, message, what } = refusal;
    await this.tell(hostPart(host), { about: host, code, message: `${what}: ${message}`, act: 'refused', by: host });
  }

  /** All is as it should be: alerts that stand are over. @param isOver which of their parts that is said of */
  async settle(isOver: (part: string) => boolean): Promise<void> {
    const parts = [...(await firingParts(this.database.pool, 'signing:'))].filter(isOver);
    for (const part of parts) {
      this.told.clear();
      const text = 'what is signed and what stands in the database agree again';
      await signalSystem(this.database.pool, { atMs: Date.now(), part, ok: true, code: 'signing_ok', text });
    }
  }

  /** Parts about which nothing bad was told since. */
  async quietSince(sinceMs: number): Promise<Set<string>> {
    const { rows } = await this.database.pool.query<{ part: string }>(
      `SELECT what AS part FROM alert WHERE policy = 'system' AND starts_with(what, 'signing:') AND state IN ('firing', 'acked')
         AND NOT EXISTS (SELECT FROM alert_signal s WHERE s.kind = 'system' AND s.data->>'part' = what)
         AND since < $1`,
      [new Date(sinceMs)],
    );
    return new Set(rows.map(({ part }) => part));
  }

  private async tell(
    part: string,
    { about, code, message, act, by }: { about: string; code: string; message: string; act: AuditActName; by?: string },
  ): Promise<void> {
    const nowMs = Date.now();
    const key = `${part} ${about} ${code}`;
    if (nowMs - (this.told.get(key) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    this.told.set(key, nowMs);
    const text = message.slice(0, longestText);
    this.logger.error(`${by ? `host ${JSON.stringify(by)} refused` : 'not signed'}: ${code}: ${text}`);
    await poolTransaction(this.database.pool, async (client) => {
      await signalSystem(client, { atMs: nowMs, part, ok: false, code, text });
      noteChange({
        by: by ?? 'carillon',
        via: by ? 'agent' : 'server',
        kind: 'Host',
        act,
        what: about,
        text,
        after: { code },
      });
    });
  }
}
