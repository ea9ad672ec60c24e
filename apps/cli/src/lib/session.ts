import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import type { Request, Response, Route } from '@carillon/contract/http/route';
import { type Connection, type ConnectionOptions, findConnection } from './connection.js';
import { CliError } from './errors.js';
import type { Io } from './io.js';
import { type Cell, formatFields, formatTable } from './table.js';

/** Options of every command. */
export interface CommonOptions extends ConnectionOptions {
  readonly json?: boolean | undefined;
}

const callTimeoutMs = 60_000;

/** One command being carried out: the server, found when first needed, and the two ways of answering. */
export class Session {
  readonly json: boolean;
  #connection: Connection | undefined;

  constructor(
    readonly io: Io,
    private readonly options: CommonOptions,
  ) {
    this.json = options.json === true;
  }

  connection(): Connection {
    this.#connection ??= findConnection(this.io, this.options);
    return this.#connection;
  }

  /**
   * Calls the server.
   * @throws CliError when it cannot be reached or is not what we expect; ApiFailure when it says no
   */
  async call<R extends Route>(route: R, request: Request<R>): Promise<Response<R>> {
    const { url, token } = this.connection();
    const answer: unknown = await callRoute(
      { baseUrl: url, token, signal: AbortSignal.timeout(callTimeoutMs) },
      route,
      request,
    ).catch((error: unknown) => {
      throw explain(error, url);
    });
    const parsed = route.response.safeParse(answer);
    if (parsed.success) return answer as Response<R>;
    const where = parsed.error.issues[0]?.path.join('.') || 'the whole body';
    throw new CliError(
      `${url} answered ${route.method} ${route.path} in an unknown form (${where}): is it a Carillon server of this version?`,
      { code: 'internal' },
    );
  }

  /** Colours only where a person looks, and only if they want them. */
  get coloured(): boolean {
    return this.io.stdout.isTTY && !this.io.env.NO_COLOR && this.io.env.TERM !== 'dumb';
  }

  /** The one JSON document of a command with `--json`. */
  printJson(value: unknown): undefined {
    this.io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  print(text: string): undefined {
    this.io.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** A remark for people, beside the answer. */
  note(text: string): void {
    if (!this.json) this.io.stderr.write(`${text}\n`);
  }

  /** How far something long has come: on standard error, also beside a JSON document. */
  progress(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  table(header: readonly string[], rows: readonly (readonly Cell[])[]): void {
    this.print(formatTable(header, rows, this.coloured));
  }

  fields(fields: readonly (readonly [string, Cell])[]): void {
    this.print(formatFields(fields, this.coloured));
  }
}

function explain(error: unknown, url: string): unknown {
  if (error instanceof ApiFailure) {
    if (error.status !== 401) return error;
    return new CliError(
      `${url} refused the token (401): ${error.message}; give another with --token or CARILLON_TOKEN`,
      { code: error.body.code, params: error.body.params },
    );
  }
  return unreachable(error, url);
}

/** What to say when no answer came. */
export function unreachable(error: unknown, url: string): CliError {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  const reason = timedOut
    ? `no answer within ${callTimeoutMs / 1000} s`
    : ((cause as NodeJS.ErrnoException | undefined)?.code ?? cause?.message ?? String(error));
  return new CliError(`cannot reach the server at ${url} (${reason}); start one with: npm start`, {
    code: 'unavailable',
  });
}
