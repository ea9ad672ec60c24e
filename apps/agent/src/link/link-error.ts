/** A connection that did not come about or was refused. `retryAfterMs`: when the server wants to see us again. */
export class LinkError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'LinkError';
  }
}
