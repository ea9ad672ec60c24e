import type { Client } from './pool-transaction.js';

/** One transaction at a time decides about alerts, in all servers; see docs/decisions/0010-one-evaluator.md. */
const key = `hashtext('carillon.alerts')`;

/** @returns whether the rest of this transaction is the turn; otherwise another one has it */
export async function tryAlertTurn(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_xact_lock(${key}) AS mine`);
  return rows[0]?.mine === true;
}

/** Waits until the rest of this transaction is the turn: milliseconds, which people have. */
export async function awaitAlertTurn(client: Client): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${key})`);
}
