import { type ApiErrorBody, type ApiErrorCode, statusOfCode } from '@carillon/contract/http/error';
import { limits } from '@carillon/contract/limits';
import { type RefusalText, spokenRefusal } from '@carillon/core/text/refusal-texts';
import { HttpException } from '@nestjs/common';
import { SignerEnded } from '../shared/signing/signer-child.js';
import { NotSigned } from '../store/accepted.store.js';
import { isDatabaseDown, whyTooLate } from '../store/database-errors.js';
import { ApiError, invalidField } from './api-error.js';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: ApiErrorBody;
  /** Our fault: to be logged with its stack. Nothing of it goes out. */
  readonly unexpected: boolean;
  /** What to log of an answer that is nobody's fault. */
  readonly remark?: string;
}

/** The answer for anything that was thrown while a request was served. */
export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof ApiError) return answer(error);
  if (isDatabaseDown(error))
    return answer(new ApiError('unavailable', 'the database cannot be reached at the moment; try again'));
  const late = whyTooLate(error);
  if (late !== undefined) return { ...answer(tooLate()), remark: `the database took too long: ${late}` };
  if (error instanceof NotSigned)
    return answer(new ApiError('conflict', `not signed: ${error.message}`, { refusal: error.refusal.code }));
  if (error instanceof SignerEnded)
    return answer(new ApiError('unavailable', 'the signer has ended and is started again; try again'));
  const known = knownError(error);
  if (known) return answer(known);
  return {
    ...answer(new ApiError('internal', 'something went wrong in the server; its log says what')),
    unexpected: true,
  };
}

const tooLate = () =>
  new ApiError(
    'unavailable',
    'the database took longer for this than it may, and took it back; try again in a moment, with less at a time if it was much',
    { late: true },
  );

function answer({ code, message, params }: ApiError): ErrorAnswer {
  const says = spokenRefusal(message);
  const body = { code, params: { ...params, ...(says ? { says } : {}) }, message };
  return { status: statusOfCode[code], body, unexpected: false };
}

/** Errors of the HTTP layer below us, in our words. Nest hands them on as its own kind, with status and message only. */
function knownError(error: unknown): ApiError | undefined {
  if (!(error instanceof Error)) return undefined;
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
  if (status === undefined || status < 400 || status >= 500) return undefined;
  switch (status) {
    case 404:
      return new ApiError('not_found', 'there is nothing at this address', { kind: 'route' });
    case 413: {
      const limitBytes = limits.apiBodyBytes;
      return new ApiError('too_large', `body: expected at most ${limitBytes} bytes`, { limitBytes });
    }
    case 415:
      return invalidField('content-type', 'application/json', undefined);
    case 400:
      // The parser's own words say where it stopped.
      return new ApiError('invalid', `body or address: ${error.message}` satisfies RefusalText);
    default:
      return new ApiError(codeOfStatus(status), error.message);
  }
}

function codeOfStatus(status: number): ApiErrorCode {
  const found = Object.entries(statusOfCode).find(([, candidate]) => candidate === status);
  return (found?.[0] as ApiErrorCode | undefined) ?? 'invalid';
}
