import { join } from 'node:path';
import { type ActionRun, isAction } from '@carillon/core/action/action-spec';
import type { MetricsSample, MetricsSpec } from '@carillon/core/action/metrics';
import { openPolicy } from '@carillon/core/policy/host-policy';
import { randomFrom } from '@carillon/core/random/random-from';
import { fillTemplate } from '@carillon/core/run/template';
import { type ActionContext, WrongDefinition } from '../../actions/action-context.js';
import { ActionReport } from '../../actions/action-report.js';
import { runAction } from '../../actions/run-action.js';
import { runFacts } from '../../actions/run-facts.js';
import { seedOf } from '../seed-of.js';
import type { ActionNews, ActionOrder } from './action-order.js';
import { demoLoadAt } from './demo-load.js';
import { sendFromDemo } from './demo-network.js';
import { HostDisk } from './host-disk.js';

type Write = (stream: Extract<ActionNews, { kind: 'wrote' }>['stream'], text: string) => void;

/**
 * Carries an action out with the agent's own code on the disk of a demo's host, made when it is first touched. What is
 * written speaks of the host's paths.
 * @returns the exit code, as `runAction`
 */
export async function carryOutOnDisk(order: ActionOrder, write: Write): Promise<number> {
  const { job, host, seed, disks, isDryRun } = order;
  const nowMs = Date.now();
  const disk = HostDisk.open({ disks, host, seed, nowMs });
  const report = new DiskReport(disk, write, isDryRun);
  const { run } = job;
  if (!isAction(run)) throw new Error(`${job.name}: expected an action, got ${run.kind}`);
  const context: ActionContext = {
    ...{ job: job.name, jobId: job.jobId, version: job.version },
    ...{ host, isDryRun, nowMs, report, disk },
    agentRoot: disk.agentRoot,
    memory: join(disk.agentRoot, 'answered'),
    policy: openPolicy,
    ca: undefined,
    env: environmentOf(order),
  };
  for (const name of Object.values(job.run.secrets?.environment ?? {}))
    report.say(`this is a demo, whose hosts are given no secrets: ${name} is made up`);
  try {
    const facts = runFacts(context);
    const here = onDisk(run, (path, field) => disk.at(fillTemplate(path, facts), field));
    const measure = (spec: MetricsSpec) => Promise.resolve(sampleOf(spec, order, nowMs));
    return await runAction({ name: job.name, run: here }, context, { http: { send: sendFromDemo(order) }, measure });
  } catch (error) {
    if (!(error instanceof WrongDefinition)) throw error;
    report.problem(error.message);
    report.result({ action: run.kind, dryRun: isDryRun });
    return 2;
  }
}

/** As the runner hands it over. */
function environmentOf({ runId, scheduledFor, timezone, job }: ActionOrder): NodeJS.ProcessEnv {
  const secrets = Object.entries(job.run.secrets?.environment ?? {});
  return {
    CARILLON_RUN_ID: runId,
    CARILLON_ATTEMPT: '1',
    CARILLON_EMULATOR_TIMEZONE: timezone,
    ...(scheduledFor === null ? {} : { CARILLON_SCHEDULED_FOR: scheduledFor }),
    ...Object.fromEntries(secrets.map(([variable, name]) => [variable, `made-up-${name}`])),
  };
}

/** The same action with its paths as they are on this machine. */
function onDisk(run: ActionRun, at: (path: string, field: string) => string): ActionRun {
  switch (run.kind) {
    case 'cleanup': {
      const { root, archive } = run.action;
      const places = { root: at(root, 'root'), archive: archive === null ? null : at(archive, 'archive') };
      return { ...run, action: { ...run.action, ...places } };
    }
    case 'backup': {
      const from = run.action.from.map((path, index) => at(path, `from[${index}]`));
      return { ...run, action: { ...run.action, from, to: at(run.action.to, 'to') } };
    }
    case 'metrics':
      return { ...run, action: { ...run.action, log: at(run.action.log, 'log') } };
    case 'http':
    case 'healthCheck': {
      const { saveTo } = run.action;
      return { ...run, action: { ...run.action, saveTo: saveTo === null ? null : at(saveTo, 'saveTo') } };
    }
    case 'report':
      return run;
  }
}

/** What the demo says that its host is like, not what this machine is like. Programs and services that are asked for are there. */
function sampleOf(spec: MetricsSpec, { seed, host, load }: ActionOrder, atMs: number): MetricsSample {
  const { cpuPercent, memoryPercent, disks } = demoLoadAt(seed, host, load, atMs);
  const percentOf = (name: string) =>
    disks.find((disk) => disk.name === name.slice(0, 2).toUpperCase())?.percent ?? null;
  const random = randomFrom(seedOf(seed, host, atMs));
  return {
    ...{ atMs, cpuPercent: cpuPercent ?? null, memoryPercent },
    disks: (spec.disks ?? ['C:']).map((name) => ({ name, percent: percentOf(name) })),
    processes: spec.processes.map((name) => ({
      ...{ name, count: 1 + Math.floor(random() * 3), cpuPercent: random() * 9 },
      memoryBytes: Math.round((50 + random() * 900) * 1024 * 1024),
    })),
    services: spec.services.map((name) => ({ name, state: 'running' })),
  };
}

/** Says the host's paths, and in a dry run all on one stream, so that a problem stands where it was found. */
class DiskReport extends ActionReport {
  constructor(
    private readonly disk: HostDisk,
    write: Write,
    isDryRun: boolean,
  ) {
    super(
      (text) => write('stdout', text),
      (text) => write(isDryRun ? 'stdout' : 'stderr', text),
    );
  }

  override say(line: string): void {
    super.say(this.disk.shown(line));
  }

  override problem(line: string): void {
    super.problem(this.disk.shown(line));
  }
}
