import { type ApiErrorBody, type ApiErrorCode, statusOfCode } from '@carillon/contract/http/error';
import { makeProblem, type Problem } from '@carillon/core/problem';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import type { ThingKind } from '@carillon/core/text/thing-kinds';

/** Codes whose message may be any sentence: params say what clients need to say it in their own words. */
type WordlessCode = 'invalid' | 'forbidden' | 'not_found';

/** What a feature throws to refuse a request. The code decides the status; clients translate code and params. */
export class ApiError<Code extends ApiErrorCode = ApiErrorCode> extends Error {
  constructor(
    readonly code: Code,
    message: Code extends WordlessCode ? string : RefusalText,
    readonly params: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }

  get status(): number {
    return statusOfCode[this.code];
  }

  get body(): ApiErrorBody {
    return { code: this.code, params: { ...this.params }, message: this.message };
  }
}

/** The input is wrong. `problems` may carry more than the fields of a problem, such as the number of the document. */
export function invalidInput(problems: readonly Problem[]): ApiError {
  const first = problems[0]?.message ?? 'invalid input';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new ApiError('invalid', `${first}${more}`, { problems });
}

/** One field has a value that cannot be used. */
export function invalidField(path: string, expected: ExpectedText, got: unknown): ApiError {
  return invalidInput([makeProblem(path, 'wrong_value', expected, got)]);
}

/** There is no such thing: `notFound('host', 'db-01')`. */
export function notFound(kind: ThingKind, name: string): ApiError {
  return new ApiError('not_found', `there is no ${kind} ${JSON.stringify(name)}`, { kind, name });
}
