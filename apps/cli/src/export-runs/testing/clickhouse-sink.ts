import { HttpSink, type SinkAnswer, type SinkRequest } from '@carillon/testkit/http-sink';
import { Refusal, StrictTable } from './strict-table.js';

const insertForm = /^INSERT INTO (\S+) FORMAT JSONEachRow$/;

/**
 * ClickHouse's HTTP interface as far as an export uses it: it makes tables, and takes rows of `JSONEachRow` whole or not at
 * all. Stricter than the real one, which fills in what is missing and drops fractions: a row has each column, as its type says.
 */
export class ClickHouseSink {
  /** What the post of this number, from 1, is refused with. */
  failure: { readonly at: number; readonly answer: SinkAnswer } | undefined;
  private readonly tables = new Map<string, StrictTable>();

  private constructor(private readonly http: HttpSink) {
    http.answer = (request) => this.answer(request);
  }

  static async start(): Promise<ClickHouseSink> {
    return new ClickHouseSink(await HttpSink.start());
  }

  get url(): string {
    return this.http.url;
  }

  /** What was posted, in its order. */
  get requests(): readonly SinkRequest[] {
    return this.http.requests;
  }

  close(): Promise<void> {
    return this.http.close();
  }

  /** @throws Error where ClickHouse would refuse it */
  createTable(ddl: string): void {
    const table = StrictTable.parse(ddl);
    // IF NOT EXISTS
    if (!this.tables.has(table.name)) this.tables.set(table.name, table);
  }

  /** As `SELECT * FROM … FINAL` has them. */
  rows(name: string): readonly Readonly<Record<string, unknown>>[] {
    return this.table(name).final();
  }

  private answer({ path, body }: SinkRequest): SinkAnswer {
    if (this.requests.length === this.failure?.at) return this.failure.answer;
    try {
      const query = new URL(path, this.url).searchParams.get('query') ?? '';
      const name = insertForm.exec(query)?.[1];
      if (name === undefined) throw new Refusal(400, 62, `Syntax error: ${query}`);
      this.table(name).insert(body);
      return {};
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: `Code: ${error.code}. DB::Exception: ${error.message}` };
    }
  }

  private table(name: string): StrictTable {
    const table = this.tables.get(name);
    if (!table) throw new Refusal(404, 60, `Table ${name} doesn't exist`);
    return table;
  }
}
