import { type ApiErrorBody, type ApiErrorCode, statusOfCode } from '@carillon/contract/http/error';
import { limits } from '@carillon/contract/limits';
import { HttpException } from '@nestjs/common';
import { isDatabaseDown } from '../store/database-errors.js';
import { ApiError, invalidField } from './api-error.js';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: ApiErrorBody;
  /** Our fault: to be logged with its stack. Nothing of it goes out. */
  readonly unexpected: boolean;
}

/** The answer for anything that was thrown while a request was served. */
export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof ApiError) return answer(error);
  if (isDatabaseDown(error))
    return answer(new ApiError('unavailable', 'the database cannot be reached at the moment; try again'));
  const known = knownError(error);
  if (known) return answer(known);
  return {
    ...answer(new ApiError('internal', 'something went wrong in the server; its log says what')),
    unexpected: true,
  };
}

function answer({ code, message, params }: ApiError): ErrorAnswer {
  return { status: statusOfCode[code], body: { code, params: { ...params }, message }, unexpected: false };
}

/** Errors of the HTTP layer below us, in our words. */
function knownError(error: unknown): ApiError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('too_large', `the body is larger than ${limits.apiBodyBytes} bytes`, {
        limitBytes: limits.apiBodyBytes,
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return invalidField('content-type', 'application/json', undefined);
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return invalidField('body', 'JSON', undefined);
  }
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 404) return new ApiError('not_found', 'there is nothing at this address', { kind: 'route' });
  if (error instanceof SyntaxError) return new ApiError('invalid', `the body is not JSON: ${error.message}`, {});
  return status !== undefined && status >= 400 && status < 500
    ? new ApiError(codeOfStatus(status), error.message)
    : undefined;
}

function codeOfStatus(status: number): ApiErrorCode {
  const found = Object.entries(statusOfCode).find(([, candidate]) => candidate === status);
  return (found?.[0] as ApiErrorCode | undefined) ?? 'invalid';
}
