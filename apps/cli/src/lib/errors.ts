import type { ApiErrorBody, ApiErrorCode } from '@carillon/contract/http/error';

/**
 * Exit codes, after the usual meaning of shells. A command that compares (`apply --plan`) ends with 2 when there are
 * changes, and with 1 for wrong usage too: a mistyped option must not pass for a change.
 */
export const exitCodes = { ok: 0, failed: 1, usage: 2, changes: 2 } as const;

/** A failure that is told to the user as it stands, without a stack. */
export class CliError extends Error {
  readonly body: ApiErrorBody;
  readonly exitCode: number;
  /** Lines shown before the message, such as the problems of a file. */
  readonly lines: readonly string[];

  constructor(
    message: string,
    details: {
      code?: ApiErrorCode;
      params?: ApiErrorBody['params'];
      lines?: readonly string[];
      exitCode?: number;
    } = {},
  ) {
    super(message);
    this.name = 'CliError';
    this.body = { code: details.code ?? 'invalid', params: details.params ?? {}, message };
    this.exitCode = details.exitCode ?? exitCodes.failed;
    this.lines = details.lines ?? [];
  }
}

/** The command line itself is wrong. */
export function usageError(message: string): CliError {
  return new CliError(message, { exitCode: exitCodes.usage });
}
