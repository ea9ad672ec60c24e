/** A connection that did not come about or was refused. `retryAfterMs`: when the server wants to see us again. */
export class LinkError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly retryAfterMs?: number,
    /** With `retired`: the signed order to go. */
    readonly leave?: { readonly text: string; readonly signature: string },
  ) {
    super(message);
    this.name = 'LinkError';
  }
}
