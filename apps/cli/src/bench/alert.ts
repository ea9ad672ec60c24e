import { readRunning } from '@carillon/stack/data-folder';
import { openStackDatabase, type StackDatabase } from '@carillon/stack/stack-database';
import { type ProbeFigures, probeAlerts } from './alert-probes.js';
import { AlertSink } from './alert-sink.js';
import { type AlertStormFigures, alertStorm } from './alert-storm.js';
import { listenForCommits } from './committed.js';
import { type FailedRunCost, failedRunCost } from './failed-run-cost.js';
import { LoadProcess } from './load/load-process.js';
import { MissedHour, type MissedHourFigures } from './missed-hour.js';
import { notifyLatency } from './notify-baseline.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { useOf } from './process-use.js';
import type { Quantiles } from './quantiles.js';

export interface AlertBenchOptions {
  readonly repository: string;
  readonly policies: number;
  readonly perSecond: number;
  /** Hosts on which one job fails in the same moment. */
  readonly failures: number;
  /** Expected runs of an hour that is judged. */
  readonly expected: number;
  readonly onProgress: (text: string) => void;
}

/** Figures of `bench alert`. */
export interface AlertFigures extends ProbeFigures {
  readonly name: 'alert';
  readonly policies: number;
  readonly perSecond: number;
  /** From the commit of a failure to its first message at the webhook: `sinkMs`. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** A bare insert until a listener has read it, see `notifyLatency`. */
  readonly baseline: Quantiles;
  /** Processor time of the server per result, with no policy and with all; null where it cannot be measured. */
  readonly serverCpuMsPerResult: { readonly without: number | null; readonly withPolicies: number | null };
  readonly storm: AlertStormFigures;
  /** Messages about the storm that the sink got. */
  readonly stormMessages: number;
  readonly failedRunCost: FailedRunCost;
  readonly missed: MissedHourFigures;
}

const loadJobs = 100;
const loadHosts = 50;
const probes = 150;
const probeEveryMs = 100;
const quietSeconds = 8;
const stormPatienceMs = 60_000;
const jobsPerHost = 50;
const loadSeconds = (probes * probeEveryMs) / 1_000 + 2;

/** The real server under load, with policies that look at every result, and failures that are to be told. */
export function benchAlert(options: AlertBenchOptions): Promise<AlertFigures> {
  const { repository, onProgress } = options;
  return withPrivateStack(repository, onProgress, async (stack, signal) => {
    const database = await openStackDatabase(stack.folder);
    const reader = await openStackDatabase(stack.folder);
    const sink = new AlertSink();
    const load = new LoadProcess(signal);
    const prober = new LoadProcess(signal);
    try {
      return await new AlertBench(options, stack, { database, reader, sink, load, prober }).run();
    } finally {
      load.stop();
      prober.stop();
      sink.close();
      await reader.close();
      await database.close();
    }
  });
}

interface Parts {
  readonly database: StackDatabase;
  readonly reader: StackDatabase;
  readonly sink: AlertSink;
  readonly load: LoadProcess;
  readonly prober: LoadProcess;
}

class AlertBench {
  constructor(
    private readonly options: AlertBenchOptions,
    private readonly stack: PrivateStack,
    private readonly parts: Parts,
  ) {}

  async run(): Promise<AlertFigures> {
    const { policies, perSecond, failures, onProgress } = this.options;
    const { database, reader, sink, prober } = this.parts;
    onProgress('a row, a notification and a reader');
    const baseline = await notifyLatency(database, reader);
    onProgress(`letting ${loadHosts} hosts join`);
    const jobIds = await this.applyJobs([...named('load', loadJobs), ...named('probe', probes), 'storm']);
    await this.join(this.parts.load, loadHosts, jobIds.slice(0, loadJobs));
    await this.join(prober, 1, jobIds.slice(0, 1));
    onProgress(`${perSecond} results a second without any policy, for ${quietSeconds} s`);
    const without = await this.paced(quietSeconds);
    onProgress(`applying ${policies} policies`);
    await this.applyPolicies(await sink.listen());
    onProgress(`${perSecond} results a second, a failure every ${probeEveryMs} ms, for ${loadSeconds} s`);
    const fail = (failing: string) => prober.carryOut({ kind: 'single', failing }, 'sent');
    const probeIds = jobIds.slice(loadJobs, loadJobs + probes);
    const committed = await listenForCommits(database, reader, probeIds);
    const [withPolicies, probed] = await Promise.all([
      this.paced(loadSeconds),
      probeAlerts(database, { sink, committed }, probeIds, probeEveryMs, fail),
    ]);
    onProgress(`one job fails on ${failures} hosts`);
    const jobId = jobIds.at(-1) ?? '';
    const storm = await alertStorm(
      database,
      { jobId, policy: 'storm', failures },
      () => fail(jobIds[0] ?? ''),
      () => this.cpuMs(),
    );
    // The database says that it is done when the notice is written; its message follows.
    if (storm.notices > 0) await sink.allHeard(['storm'], stormPatienceMs);
    onProgress('failed runs, with and without a subscription to them');
    const cost = await failedRunCost(database, jobIds[0] ?? '');
    const hosts = Math.max(1, Math.round(this.options.expected / jobsPerHost));
    const jobs = Math.min(jobsPerHost, this.options.expected);
    const missed = await new MissedHour(this.stack, database, { hosts, jobs, onProgress }).measure();
    return {
      name: 'alert',
      policies,
      perSecond,
      p50Ms: probed.sinkMs.p50,
      p95Ms: probed.sinkMs.p95,
      p99Ms: probed.sinkMs.p99,
      baseline,
      ...probed,
      serverCpuMsPerResult: { without, withPolicies },
      storm,
      stormMessages: sink.countOf('storm'),
      failedRunCost: cost,
      missed,
    };
  }

  /** @returns ids in the order of the names */
  private async applyJobs(names: readonly string[]): Promise<string[]> {
    const { api } = this.stack;
    // Targets that nobody fits: the hosts only play that they have the jobs.
    const documents = names.map((name) => ({
      kind: 'Job',
      name,
      targets: { labels: { nobody: 'yes' } },
      schedule: '0 4 1 1 *',
      run: { program: 'backup.exe' },
    }));
    for (const some of inParts(documents, 100))
      await api.call('POST', '/apply', { documents: some, allowNoHosts: true });
    const rows = await this.parts.database.rows<{ id: string; name: string }>('SELECT id, name FROM job');
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    return names.map((name) => ids.get(name) ?? '');
  }

  /** One for each probe and for the storm; all others look at the jobs of the load, as many at each. */
  private async applyPolicies(sinkUrl: string): Promise<void> {
    const { policies } = this.options;
    const others = Math.max(0, policies - probes - 1);
    const documents = [
      ...named('probe', probes).map((name) => policyOf(name, name, 1)),
      policyOf('storm', 'storm', 1),
      ...named('policy', others).map((name, index) => policyOf(name, `load-${index % loadJobs}`, 3 + (index % 17))),
    ];
    const { api } = this.stack;
    await api
      .call('POST', '/secrets', { name: 'bench-signing', value: `whsec_${Buffer.alloc(24, 7).toString('base64')}` })
      .catch(() => undefined);
    const channel = {
      kind: 'Channel',
      name: 'sink',
      type: 'webhook',
      url: sinkUrl,
      signing: { secret: 'bench-signing' },
      allowPrivateAddresses: true,
      limit: { perMinute: 6_000, burst: 1_000 },
    };
    const route = { kind: 'Route', name: 'bench', to: 'sink', groupWait: '0s' };
    // A build whose channels or routes are not there yet still has alerts to measure.
    await api.call('POST', '/apply', { documents: [channel, route] }).catch(() => undefined);
    for (const some of inParts(documents, 200)) await api.call('POST', '/apply', { documents: some });
  }

  private async join(load: LoadProcess, hosts: number, jobIds: readonly string[]): Promise<void> {
    const { api, url } = this.stack;
    const { token } = await api.call<{ token: string }>('POST', '/enrolment-tokens', {
      uses: hosts,
      expiresInMinutes: 10,
      labels: {},
    });
    await load.carryOut({ kind: 'join', server: url, token, hosts, jobIds }, 'joined');
  }

  /** @returns the server's processor time per result */
  private async paced(seconds: number): Promise<number | null> {
    const before = this.cpuMs();
    const order = { kind: 'paced', perSecond: this.options.perSecond, seconds } as const;
    const { figures } = await this.parts.load.carryOut(order, 'figures');
    const after = this.cpuMs();
    return before === undefined || after === undefined ? null : (after - before) / figures.results;
  }

  private cpuMs(): number | undefined {
    return useOf(readRunning(this.stack.folder)?.serverPid ?? -1)?.cpuMs;
  }
}

function policyOf(name: string, job: string, consecutiveFailures: number) {
  return { kind: 'AlertPolicy', name, severity: 'high', when: { consecutiveFailures }, appliesTo: { jobs: [job] } };
}

function named(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
