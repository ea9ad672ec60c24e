import { CliError, usageError } from '../lib/errors.js';
import type { ClickHouseRow } from './clickhouse-table.js';

const timeoutMs = 60_000;
/** One block, which ClickHouse writes whole or not at all. */
const rowsPerInsert = 10_000;
const shownCharacters = 300;

export interface ClickHouseOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly table: string;
}

/** ClickHouse by its HTTP interface. */
export class ClickHouse {
  private readonly url: URL;

  /** @throws CliError (usage) for an address that is none */
  constructor(private readonly options: ClickHouseOptions) {
    const url = URL.canParse(options.url) ? new URL(options.url) : null;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
      throw usageError('--clickhouse: expected an address such as http://clickhouse:8123 without a name and password');
    this.url = url;
  }

  /** Stores rows, each whole block or nothing of it. @throws CliError with what ClickHouse said */
  async insert(rows: readonly ClickHouseRow[]): Promise<void> {
    for (let from = 0; from < rows.length; from += rowsPerInsert)
      await this.send(rows.slice(from, from + rowsPerInsert).map((row) => `${JSON.stringify(row)}\n`));
  }

  private async send(lines: readonly string[]): Promise<void> {
    const url = new URL(this.url);
    url.searchParams.set('query', `INSERT INTO ${this.options.table} FORMAT JSONEachRow`);
    const { user, password } = this.options;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
      body: lines.join(''),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new CliError(`ClickHouse at ${this.url.origin} does not answer: ${(cause as Error).message}`, {
        code: 'unavailable',
      });
    });
    if (answer.ok) return;
    const text = (await answer.text()).replace(/\s+/g, ' ').slice(0, shownCharacters);
    throw new CliError(`ClickHouse at ${this.url.origin} refused ${lines.length} rows: ${answer.status} ${text}`, {
      code: 'unavailable',
    });
  }
}
