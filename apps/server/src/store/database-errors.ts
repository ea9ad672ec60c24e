const networkCodes = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOENT)$/;
/** Connection exceptions, too many connections, and the ways in which Postgres says that it stops or starts. */
const serverCodes = /^(08[0-9A-Z]{3}|53300|57P0[1-3])$/;
/** Prisma: cannot reach, timed out, closed, no connection left in the pool. */
const prismaCodes = /^P(1001|1002|1008|1017|2024)$/;
const words =
  /Connection terminated|timeout exceeded when trying to connect|Can't reach database server|not (currently|yet) accepting connections/;

/** Does the error say that the database does not answer, as opposed to answering something bad? */
export function isDatabaseDown(error: unknown): boolean {
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    const { code = '', message } = error as Error & { code?: string };
    // File errors have network-like codes too; only those of a socket carry a `connect`.
    const network = networkCodes.test(code) && (code !== 'ENOENT' || message.startsWith('connect'));
    if (network || serverCodes.test(code) || prismaCodes.test(code) || words.test(message)) return true;
    error = error instanceof AggregateError ? error.errors[0] : error.cause;
  }
  return false;
}
