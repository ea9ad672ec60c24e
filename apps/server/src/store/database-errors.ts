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

/**
 * What ends a piece of work that took too long, or stood in others' way: a statement's time, a wait for a lock, a
 * transaction's time, and being the victim of a deadlock again and again.
 */
const lateCodes = /^(57014|55P03|25P03|25P04|40P01|40001|P2028|P2034)$/;

/**
 * Why Postgres, or our own limit, ended the work that was asked for, which may well succeed another time; undefined where
 * it is something else. What was begun is taken back.
 */
export function whyTooLate(error: unknown): string | undefined {
  const code = codesOf(error).find((each) => lateCodes.test(each));
  return code && (error instanceof Error ? `${code}: ${lastLine(error.message)}` : code);
}

/** Every code that an error tells, its own first: Prisma has the SQLSTATE of a statement in places that differ by version. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let depth = 0; depth < 6 && typeof error === 'object' && error !== null; depth += 1) {
    const { code, originalCode, meta, driverAdapterError, cause } = error as Record<string, unknown>;
    for (const each of [code, originalCode]) if (typeof each === 'string') codes.push(each);
    error = meta ?? driverAdapterError ?? cause;
  }
  return codes;
}

/** Prisma begins with a picture of the code that called it. */
const lastLine = (text: string) => text.trim().split('\n').at(-1)?.trim() ?? '';
