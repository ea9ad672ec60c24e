import { readRunning } from '@carillon/stack/data-folder';
import { openStackDatabase, type StackDatabase } from '@carillon/stack/stack-database';
import { LoadProcess } from './load/load-process.js';
import type { LoadFigures, Order } from './load/orders.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { treeCpuMs, useOf } from './process-use.js';
import { type Quantiles, quantilesOf } from './quantiles.js';
import { rawInsertRate } from './raw-insert.js';

export interface IngestBenchOptions {
  readonly repository: string;
  /** How long to send at full speed. */
  readonly seconds: number;
  readonly hosts: number;
  /** Results that are to be absorbed at once. */
  readonly burst: number;
  readonly onProgress: (text: string) => void;
}

/** Figures of `bench ingest`. A result is a run's start, its end and a line of output, committed and acked. */
export interface IngestFigures {
  readonly name: 'ingest';
  readonly hosts: number;
  /** At full speed, every host keeps its windows full with what waited on it. */
  readonly resultsPerSecond: number;
  /** The same results written bare, see `rawInsertRate`, a second. */
  readonly baseline: number;
  readonly ratio: number;
  /** From a frame of events to its ack, with `pacedPerSecond` runs ending one by one. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly pacedPerSecond: number;
  /** The same at full speed: what stands before a frame is all windows of all hosts. */
  readonly fullSpeedAckMs: Quantiles;
  /** Processor time per result at full speed; null where it cannot be measured. */
  readonly serverCpuMsPerResult: number | null;
  readonly pacedServerCpuMsPerResult: number | null;
  readonly postgresCpuMsPerResult: number | null;
  readonly loadCpuMsPerResult: number;
  /** At full speed: all tables with their indexes, before any cleaning. */
  readonly storedBytesPerResult: number;
  /** Of the tables that grow, rows and indexes. */
  readonly storedBytesBy: Readonly<Record<string, readonly [rows: number, indexes: number]>>;
  /** Of runs that end one by one; whatever a page has left over from before is used too. */
  readonly pacedStoredBytesPerResult: number;
  readonly burst: { readonly results: number; readonly seconds: number; readonly counted: number };
  /** From the end at the host to the API, while nothing else happens. */
  readonly visibleMs: Quantiles;
  /** Every acked result was found in Postgres, once. */
  readonly lost: number;
}

const jobs = 20;
const pacedPerSecond = 500;
const pacedSeconds = 8;
const singles = 100;
const baselineRows = 50_000;
const visibleWithinMs = 10_000;

/** Drives the real server process through real sockets at full speed, one by one, and when idle. */
export function benchIngest(options: IngestBenchOptions): Promise<IngestFigures> {
  const { repository, onProgress } = options;
  return withPrivateStack(repository, onProgress, async (stack, signal) => {
    const database = await openStackDatabase(stack.folder);
    const load = new LoadProcess(signal);
    try {
      return await new IngestBench(options, stack, database, load).run();
    } finally {
      load.stop();
      await database.close();
    }
  });
}

interface Measured extends LoadFigures {
  readonly serverCpuMs: number | null;
  readonly postgresCpuMs: number | null;
}

class IngestBench {
  constructor(
    private readonly options: IngestBenchOptions,
    private readonly stack: PrivateStack,
    private readonly database: StackDatabase,
    private readonly load: LoadProcess,
  ) {}

  async run(): Promise<IngestFigures> {
    const { seconds, hosts, onProgress } = this.options;
    onProgress(`letting ${hosts} hosts join`);
    await this.join();
    onProgress(`${singles} runs one after the other`);
    const visibleMs = await this.visibility();
    onProgress(`full speed for ${seconds} s`);
    const before = await this.storedBytes();
    const flood = await this.measure({ kind: 'flood', seconds });
    const grown = growth(before, await this.storedBytes(), flood.results);
    onProgress(`${this.options.burst} results at once`);
    const countBefore = await this.storedRuns();
    const burst = await this.measure({ kind: 'burst', results: this.options.burst });
    const counted = (await this.storedRuns()) - countBefore;
    onProgress(`${pacedPerSecond} runs a second for ${pacedSeconds} s`);
    const beforePaced = await this.storedBytes();
    const paced = await this.measure({ kind: 'paced', perSecond: pacedPerSecond, seconds: pacedSeconds });
    const pacedGrown = growth(beforePaced, await this.storedBytes(), paced.results);
    const stored = await this.storedRuns();
    onProgress('the same results into bare tables');
    const baseline = await rawInsertRate(this.database, baselineRows);
    const resultsPerSecond = flood.results / flood.seconds;
    return {
      name: 'ingest',
      hosts,
      resultsPerSecond,
      baseline,
      ratio: resultsPerSecond / baseline,
      ...{ p50Ms: paced.ackMs.p50, p95Ms: paced.ackMs.p95, p99Ms: paced.ackMs.p99 },
      pacedPerSecond,
      fullSpeedAckMs: flood.ackMs,
      serverCpuMsPerResult: per(flood.serverCpuMs, flood),
      pacedServerCpuMsPerResult: per(paced.serverCpuMs, paced),
      postgresCpuMsPerResult: per(flood.postgresCpuMs, flood),
      loadCpuMsPerResult: flood.cpuMs / flood.results,
      storedBytesPerResult: grown.total,
      storedBytesBy: grown.byTable,
      pacedStoredBytesPerResult: pacedGrown.total,
      burst: { results: burst.results, seconds: burst.seconds, counted },
      visibleMs,
      lost: singles + flood.results + burst.results + paced.results - stored,
    };
  }

  private async join(): Promise<void> {
    const { hosts } = this.options;
    const { api, url } = this.stack;
    // Targets that nobody fits: the hosts only play that they have the jobs.
    const documents = Array.from({ length: jobs }, (_, index) => ({
      kind: 'Job',
      name: `load-${index}`,
      targets: { labels: { nobody: 'yes' } },
      schedule: '0 4 1 1 *',
      run: { program: 'backup.exe' },
    }));
    await api.call('POST', '/apply', { documents, allowNoHosts: true });
    const jobIds: string[] = [];
    for (const { name } of documents) jobIds.push((await api.call<{ id: string }>('GET', `/jobs/${name}`)).id);
    const { token } = await api.call<{ token: string }>('POST', '/enrolment-tokens', {
      uses: hosts,
      expiresInMinutes: 10,
      labels: {},
    });
    await this.load.carryOut({ kind: 'join', server: url, token, hosts, jobIds }, 'joined');
  }

  private async visibility(): Promise<Quantiles> {
    const times: number[] = [];
    for (let count = 0; count < singles; count += 1) {
      const { runId, atMs } = await this.load.carryOut({ kind: 'single' }, 'sent');
      times.push((await this.visibleAt(runId)) - atMs);
    }
    return quantilesOf(times);
  }

  private async visibleAt(runId: string): Promise<number> {
    const deadline = Date.now() + visibleWithinMs;
    for (;;) {
      const run = await this.stack.api
        .call<{ finishedAt: string | null }>('GET', `/runs/${runId}`)
        .catch(() => ({ finishedAt: null }));
      if (run.finishedAt !== null) return Date.now();
      if (Date.now() > deadline) throw new Error(`run ${runId} was not visible within ${visibleWithinMs / 1_000} s`);
    }
  }

  private async measure(order: Order): Promise<Measured> {
    const server = readRunning(this.stack.folder)?.serverPid ?? -1;
    const before = [useOf(server)?.cpuMs, treeCpuMs(this.database.pid)] as const;
    const { figures } = await this.load.carryOut(order, 'figures');
    const after = [useOf(server)?.cpuMs, treeCpuMs(this.database.pid)] as const;
    return { ...figures, serverCpuMs: minus(after[0], before[0]), postgresCpuMs: minus(after[1], before[1]) };
  }

  private storedBytes(): Promise<TableBytes[]> {
    return this.database.rows<TableBytes>(
      `SELECT regexp_replace(c.relname, '_([0-9]{8}|default)$', '') AS name, sum(pg_table_size(c.oid))::float8 AS rows,
         sum(pg_indexes_size(c.oid))::float8 AS indexes
       FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1`,
    );
  }

  /** Ended, with their output. */
  private async storedRuns(): Promise<number> {
    const [row] = await this.database.rows<{ runs: number }>(
      `SELECT count(*)::int AS runs FROM run r WHERE r.state IN ('succeeded', 'failed')
       AND coalesce(r.stdout_stored, r.stdout_bytes) = (SELECT sum(o.length) FROM run_output o WHERE o.run_id = r.id)`,
    );
    return row?.runs ?? Number.NaN;
  }
}

interface TableBytes {
  readonly name: string;
  readonly rows: number;
  readonly indexes: number;
}

function growth(before: readonly TableBytes[], after: readonly TableBytes[], results: number) {
  const old = new Map(before.map((table) => [table.name, table]));
  const grown = after.map(({ name, rows, indexes }): [string, [number, number]] => {
    const was = old.get(name);
    return [name, [(rows - (was?.rows ?? 0)) / results, (indexes - (was?.indexes ?? 0)) / results]];
  });
  const total = grown.reduce((sum, [, [rows, indexes]]) => sum + rows + indexes, 0);
  return { total, byTable: Object.fromEntries(grown.filter(([, [rows, indexes]]) => rows + indexes >= 1)) };
}

function per(cpuMs: number | null, { results }: LoadFigures): number | null {
  return cpuMs === null ? null : cpuMs / results;
}

function minus(after: number | undefined, before: number | undefined): number | null {
  return after === undefined || before === undefined ? null : after - before;
}
