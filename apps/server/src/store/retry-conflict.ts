import { codesOf } from './database-errors.js';

const tries = 4;
/** SQLSTATE deadlock_detected and serialization_failure, and Prisma's name for them. */
const conflict = /^(40P01|40001|P2034)$/;

/**
 * Runs a transaction again when Postgres ended it as the victim of a deadlock: definitions and single hosts are changed
 * from different sides, and nothing of a victim was kept. `work` must have no effect outside its transaction.
 */
export async function retryConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= tries || !codesOf(error).some((code) => conflict.test(code))) throw error;
    }
  }
}
