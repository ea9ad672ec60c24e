import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readBookmark, writeBookmark } from '../export-runs/bookmark.js';
import { ClickHouse } from '../export-runs/clickhouse.js';
import { isTableName, tableDdl } from '../export-runs/clickhouse-table.js';
import { exportRuns } from '../export-runs/export-runs.js';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import type { Io } from '../lib/io.js';
import type { Session } from '../lib/session.js';
import { parseSince } from '../lib/times.js';

interface ExportRunsOptions {
  readonly clickhouse?: string | undefined;
  readonly table: string;
  readonly user: string;
  readonly passwordFile?: string | undefined;
  readonly bookmark: string;
  readonly since: string;
  readonly overlap: string;
  readonly ddl?: boolean | undefined;
}

/** `carillon export-runs`. */
export function addExportRuns(program: Command, cli: Cli): void {
  const command = program
    .command('export-runs')
    .description('hand runs that are over to ClickHouse, from where the last export ended')
    .option('--clickhouse <url>', 'its HTTP interface, http://clickhouse:8123')
    .option('--table <name>', 'where rows go', 'carillon_runs')
    .option('--user <name>', 'who may write there', 'default')
    .option('--password-file <file>', 'his password; or CARILLON_CLICKHOUSE_PASSWORD in the environment')
    .option('--bookmark <file>', 'keeps how far it came', 'carillon-runs.bookmark')
    .option('--since <when>', 'where the first export begins', '30d')
    .option('--overlap <time>', 'how far before the bookmark it looks again, for hosts that tell late', '2d')
    .option('--ddl', 'print the statement that makes the table, and do nothing');
  handle(command, cli, async (session: Session, options: ExportRunsOptions) => {
    const { table } = options;
    if (!isTableName(table)) throw usageError(`--table: expected a name such as carillon_runs, got ${table}`);
    if (options.ddl) {
      session.io.stdout.write(`${tableDdl(table)}\n`);
      return undefined;
    }
    if (options.clickhouse === undefined) throw usageError('--clickhouse: expected the address of ClickHouse');
    const password = passwordOf(session.io, options.passwordFile);
    const clickHouse = new ClickHouse({ url: options.clickhouse, user: options.user, password, table });
    const file = resolve(session.io.cwd, options.bookmark);
    const nowMs = session.io.now();
    const rows = await exportRuns(session, readBookmark(file), {
      sinceMs: Date.parse(parseSince(options.since, nowMs)),
      overlapMs: nowMs - Date.parse(parseSince(options.overlap, nowMs)),
      insert: (batch) => clickHouse.insert(batch),
      keep: (bookmark) => writeBookmark(file, bookmark),
    });
    if (session.json) session.printJson({ rows });
    else session.io.stdout.write(`${rows} runs handed to ${table}\n`);
    return undefined;
  });
}

function passwordOf({ env, cwd }: Io, file: string | undefined): string {
  if (file === undefined) return env.CARILLON_CLICKHOUSE_PASSWORD ?? '';
  try {
    return readFileSync(resolve(cwd, file), 'utf8').trim();
  } catch {
    throw usageError(`--password-file: expected a readable file, got ${file}`);
  }
}
