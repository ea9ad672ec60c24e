/** What ClickHouse says of a statement or of rows that it does not take. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

type Row = Readonly<Record<string, unknown>>;

const ddlForm =
  /^CREATE TABLE IF NOT EXISTS (\S+) \(\n([\s\S]+)\n\) ENGINE = ReplacingMergeTree\((\w+)\) PARTITION BY toYYYYMM\((\w+)\) ORDER BY (\w+)$/;
const columnForm = /^ {2}(\w+) (Nullable\()?([A-Z]\w*(?:\('\w+'\))?)(\))?$/;

/** What a value of a type looks like in a line of JSON. */
const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  UInt32: (value) => isNatural(value, 2 ** 32),
  UInt64: (value) => isNatural(value, Number.MAX_SAFE_INTEGER),
  "DateTime('UTC')": isDateTime,
};

function isNatural(value: unknown, below: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < below;
}

/** The basic form, which all versions read, of a moment that is one; seconds since 1970 in 32 bits. */
function isDateTime(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) return false;
  const iso = `${value.replace(' ', 'T')}.000Z`;
  const ms = Date.parse(iso);
  return Number.isFinite(ms) && new Date(ms).toISOString() === iso && isNatural(ms / 1_000, 2 ** 32);
}

interface Column {
  readonly type: string;
  readonly isNullable: boolean;
}

/** A table of ReplacingMergeTree: of rows with one key, the one of the highest version counts. */
export class StrictTable {
  private readonly stored: Row[] = [];

  private constructor(
    readonly name: string,
    private readonly columns: ReadonlyMap<string, Column>,
    private readonly key: string,
    private readonly version: string,
  ) {}

  /** @throws Refusal */
  static parse(ddl: string): StrictTable {
    const [, name = '', body = '', version = '', partition = '', key = ''] = ddlForm.exec(ddl.trim()) ?? [];
    if (!name) throw new Refusal(400, 62, `Syntax error: ${ddl}`);
    const columns = new Map(body.split(',\n').map(readColumn));
    requireColumn(columns, key, /./);
    requireColumn(columns, version, /^UInt\d+$/);
    requireColumn(columns, partition, /^DateTime/);
    return new StrictTable(name, columns, key, version);
  }

  /** All lines or none. @throws Refusal */
  insert(lines: string): void {
    this.stored.push(
      ...lines
        .split('\n')
        .filter(Boolean)
        .map((line) => this.read(line)),
    );
  }

  final(): readonly Row[] {
    const newest = new Map<unknown, Row>();
    for (const row of this.stored) {
      const known = newest.get(row[this.key]);
      if (!known || Number(known[this.version]) <= Number(row[this.version])) newest.set(row[this.key], row);
    }
    return [...newest.values()];
  }

  private read(line: string): Row {
    const row = parseLine(line);
    for (const name of Object.keys(row))
      if (!this.columns.has(name))
        throw new Refusal(400, 117, `Unknown field found while parsing JSONEachRow format: ${name}`);
    for (const [name, { type, isNullable }] of this.columns) {
      const value = row[name];
      const isGood = value === null ? isNullable : types[type]?.(value);
      if (!isGood) throw new Refusal(400, 27, `Cannot parse ${type} of column ${name}: ${JSON.stringify(value)}`);
    }
    return row;
  }
}

function readColumn(line: string): [string, Column] {
  const [, name = '', opened, type = '', closed] = columnForm.exec(line) ?? [];
  if (!name || Boolean(opened) !== Boolean(closed)) throw new Refusal(400, 62, `Syntax error: ${line}`);
  if (!types[type]) throw new Refusal(404, 50, `Unknown data type family: ${type}`);
  return [name, { type, isNullable: Boolean(opened) }];
}

/** What a table is ordered, divided or replaced by. */
function requireColumn(columns: ReadonlyMap<string, Column>, name: string, form: RegExp): void {
  const column = columns.get(name);
  if (!column) throw new Refusal(404, 47, `Missing columns: ${name}`);
  if (column.isNullable || !form.test(column.type))
    throw new Refusal(400, 169, `column ${name}: expected another type than ${column.type}`);
}

/** @throws Refusal */
function parseLine(line: string): Row {
  try {
    return JSON.parse(line) as Row;
  } catch {
    throw new Refusal(400, 27, `Cannot parse JSON: ${line}`);
  }
}
