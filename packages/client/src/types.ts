/** One route, as the table of the generated part has it. */
export interface RouteShape {
  readonly method: string;
  /** With `{name}` parameters. */
  readonly path: string;
  readonly body?: true;
  /** Takes an `Idempotency-Key`. */
  readonly key?: true;
  /** Answered as text instead of JSON. */
  readonly text?: true;
}
export type RouteTable = Record<string, Record<string, RouteShape>>;

export interface ClientOptions {
  /** Where the server is, `https://carillon.example`. */
  readonly baseUrl: string;
  /** An API token (`carillon token`), or how to get one for each call. In a page of the server itself: none, its session is used. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** How often what failed is tried again where that is safe; 2. */
  readonly retries?: number;
  /** How long one try may take in milliseconds; 30,000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly retries?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface KeyedCallOptions extends CallOptions {
  /** With the same key the request is carried out once in 24 hours. Left out, each call has one of its own. */
  readonly idempotencyKey?: string | undefined;
}
