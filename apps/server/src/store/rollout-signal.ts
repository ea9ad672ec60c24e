import type { Transaction } from './database.store.js';

/** As alerts about ourselves name it. */
const partOf = (job: string) => `rollout:${job}`;

/** A rollout stopped by itself: people are told by the policy `system`. With the commit of the transaction. */
export async function signalHalt(tx: Transaction, job: string, atMs: number, text: string): Promise<void> {
  const data = { part: partOf(job), ok: false, code: 'rollout_halted', text };
  await tx.$executeRaw`
    INSERT INTO alert_signal (kind, at, data) VALUES ('system', ${new Date(atMs)}, ${JSON.stringify(data)}::jsonb)`;
}

/** What was told is over; nothing where nothing was told. */
export async function settleRollout(tx: Transaction, job: string, atMs: number, text: string): Promise<void> {
  const part = partOf(job);
  const data = { part, ok: true, code: 'rollout_ok', text };
  await tx.$executeRaw`
    INSERT INTO alert_signal (kind, at, data) SELECT 'system', ${new Date(atMs)}, ${JSON.stringify(data)}::jsonb
    WHERE EXISTS (SELECT FROM alert WHERE policy = 'system' AND what = ${part} AND state <> 'resolved')
      OR EXISTS (SELECT FROM alert_signal s WHERE s.kind = 'system' AND s.data->>'part' = ${part})`;
}
