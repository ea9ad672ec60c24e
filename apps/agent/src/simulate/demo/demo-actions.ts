import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DemoHost, DemoStart } from '@carillon/contract/fleet/demo-messages';
import { isAction } from '@carillon/core/action/action-spec';
import type { Manifest } from '@carillon/core/job/job-spec';
import { judgeRun } from '@carillon/core/run/outcome';
import type { CarriedOut, CarryOut } from '../simulated-runs.js';
import type { End } from '../told-run.js';
import { type ActionEnd, ActionPool } from './action-pool.js';
import { clearUnfinished } from './host-disk.js';

const idleMs = 20_000;
/** Of each stream; more is of no use in a demo. */
const keepCharacters = 512 * 1024;
const dryRunMs = 60_000;
/** Of a thread; the fleet has a bound of its own. */
const threadMegabytes = 96;

/** Actions of a demo's hosts, carried out on what they have for disks: however many are due, a few at one time. */
export class DemoActions {
  private readonly pool: ActionPool;

  constructor(private readonly start: Pick<DemoStart, 'seed' | 'disks' | 'exampleUrl'>) {
    clearUnfinished(start.disks);
    this.pool = new ActionPool(startThread, { atOnce: Math.min(12, cpus().length * 4), idleMs, keepCharacters });
  }

  /** Undefined: what the job starts is no action. */
  carryOut(
    { name, timezone, load }: DemoHost,
    { manifest, runId, scheduledFor, isDryRun }: Parameters<CarryOut>[0],
  ): CarriedOut | undefined {
    const { jobId, version, run } = manifest;
    if (!isAction(run)) return undefined;
    const { seed, disks, exampleUrl } = this.start;
    const order = {
      ...{ job: { name: manifest.name, jobId, version, run }, runId, scheduledFor, isDryRun },
      ...{ host: name, timezone, load, seed, disks, exampleUrl },
    };
    const { end, stop } = this.pool.carryOut(order, isDryRun ? dryRunMs : manifest.timeoutMs);
    return { end: end.then((how) => judged(how, manifest)), stop };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function startThread(): Worker {
  return new Worker(new URL('./action-worker.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: threadMegabytes },
  });
}

function judged({ how, exitCode, stdout, stderr }: ActionEnd, { exitCodes }: Manifest): End {
  if (how === 'timed-out') return { state: 'timed_out', reason: 'timeout', exitCode: null, stdout, stderr };
  if (how === 'stopped') return { state: 'killed', reason: 'stopped_by_command', exitCode: 1, stdout, stderr };
  const outcome = judgeRun({ kind: 'exited', exitCode: exitCode ?? 1 }, exitCodes);
  const state = outcome.state === 'succeeded' || outcome.state === 'warning' ? outcome.state : 'failed';
  return { state, reason: state === 'succeeded' ? null : 'exit_code', exitCode: outcome.exitCode, stdout, stderr };
}
