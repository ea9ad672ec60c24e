import type { ApiError } from './generated/api.js';

/** An answer that is not 2xx. `code` and `params` are for programs, `message` is English for logs. */
export class CarillonError extends Error {
  readonly code: ApiError['code'];
  readonly params: ApiError['params'];

  constructor(
    readonly status: number,
    body: ApiError,
    /** The call that was refused, `POST /api/v1/apply`. */
    readonly call: string,
    /** How long the server asked to wait. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(body.message);
    this.name = 'CarillonError';
    this.code = body.code;
    this.params = body.params;
  }
}
