import { ApiFailure } from '@carillon/contract/http/client';
import type { ApiErrorBody } from '@carillon/contract/http/error';
import { CliError, exitCodes } from './errors.js';
import type { Io } from './io.js';
import { safeText } from './safe-text.js';

/** Says on standard error what went wrong: in words, or as the API's error object. Gives the exit code. */
export function reportError(error: unknown, io: Pick<Io, 'stderr' | 'env'>, json: boolean): number {
  const { body, lines, exitCode } = describe(error);
  if (json) {
    io.stderr.write(`${JSON.stringify(body)}\n`);
    return exitCode;
  }
  for (const line of lines) io.stderr.write(`${safeText(line)}\n`);
  io.stderr.write(`carillon: ${safeText(body.message)}\n`);
  if (io.env.CARILLON_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  return exitCode;
}

function describe(error: unknown): { body: ApiErrorBody; lines: readonly string[]; exitCode: number } {
  if (error instanceof CliError) return error;
  if (error instanceof ApiFailure) {
    const lines = (error.body.params.problems ?? []).map((problem) => problem.message);
    return { body: error.body, lines, exitCode: exitCodes.failed };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { body: { code: 'internal', params: {}, message }, lines: [], exitCode: exitCodes.failed };
}
