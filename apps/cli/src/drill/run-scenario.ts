import { setTimeout as wait } from 'node:timers/promises';
import { ApiFailure } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { countOf } from '../lib/print.js';
import { centreRuns, followOrders, type GivenOrder, isInStep } from './centre-look.js';
import type { DrillCentre } from './drill-centre.js';
import { drillJob } from './drill-documents.js';
import { type DrillGroup, type DrillScenario, drillGroups, dueRuns, type ScenarioPlan } from './drill-plan.js';
import { seconds } from './drill-report.js';
import type { DrillMoment } from './drill-result.js';
import type { EmulatedHost } from './emulated-host.js';
import { type CentreRun, judgeScenario, type ScenarioFacts, type ScenarioResult } from './judge-drill.js';
import { strike } from './strike.js';

export interface ScenarioWorld {
  readonly centre: DrillCentre;
  readonly hosts: readonly EmulatedHost[];
  /** Jobs of scenarios before this one, which hosts still have. */
  readonly jobsBefore: number;
  /** How long hosts get to register jobs before the first is due; grows where it is too short. */
  readonly lead: { ms: number };
  /** How long the centre may stand still, with something missing, before that counts. */
  readonly catchUpMs: number;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
  readonly onFault?: ((scenario: DrillScenario, hosts: readonly EmulatedHost[]) => Promise<void>) | undefined;
}

const mostTries = 4;
const registerMs = 120_000;
/** Who asks for a run does not wait longer than that for the answer. */
const orderMs = 10_000;
const lookMs = 500;

/** One bad day: work, the fault, work again, and the wait until the centre knows everything. */
export async function runScenario(
  plan: ScenarioPlan,
  world: ScenarioWorld,
): Promise<ScenarioResult & { readonly timeline: readonly DrillMoment[] }> {
  const { centre, hosts, signal, onProgress } = world;
  const jobs = plan.jobs.map(({ name }) => name);
  onProgress(`${plan.scenario}: ${countOf(hosts.length, 'host')} register ${countOf(jobs.length, 'job')}`);

  // 1. Every host has registered what will be due.
  const startedMs = await registerJobs(plan, world);
  const until = (ms: number) => wait(Math.max(0, startedMs + ms - Date.now()), undefined, { signal });
  const timeline: DrillMoment[] = [];
  const tell = (text: string) => {
    timeline.push({ afterMs: Date.now() - startedMs, text });
    onProgress(`+${((Date.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${text}`);
  };
  const takenBefore = takenOf(centre);
  const watch = new CentreWatch(centre, jobs);
  watch.begin();
  try {
    await until(0);
    tell('the first runs are due');

    // 2. The fault, and orders while it lasts.
    await until(plan.strikeMs);
    const struckMs = Date.now();
    const struck = hosts.filter((host) => host.plan.group === 'struck');
    const heal = await strike(plan, { centre, struck, tell, signal });
    await until(plan.orderMs);
    const ordering = giveOrders(plan, world, struckMs, tell);
    await world.onFault?.(plan.scenario, hosts);
    await until(plan.healMs);
    const healedMs = Date.now();
    await heal();

    // 3. Until nothing more is due, and then until the centre knows it all.
    await until(plan.overMs);
    tell('nothing more is due');
    const given = await ordering;
    const planned = hosts.map((host) => host.plan);
    // Where registering took several attempts, hosts may have begun with the one before.
    const isOfThis = ({ scheduledFor }: { readonly scheduledFor: string | null }) =>
      scheduledFor === null || Date.parse(scheduledFor) >= startedMs;
    const look = async (caughtUpMs: number | null): Promise<ScenarioFacts> => {
      // The centre first: a run that begins meanwhile would be unknown to an older book.
      const recorded = (await centreRuns(centre, jobs)).filter(isOfThis);
      const ledger = hosts.flatMap((host) => host.runs()).filter((run) => jobs.includes(run.job) && isOfThis(run));
      return {
        ...{ scenario: plan.scenario, hosts: planned, due: dueRuns(plan, planned, startedMs), ledger, recorded },
        ...{ startedMs, struckMs, healedMs, caughtUpMs, seenMs: watch.seenMs },
        orders: await followOrders(centre, given),
        reconnects: reconnectsSince(centre, takenBefore),
      };
    };
    const result = await untilCaughtUp(look, plan, world);
    tell(result.caughtUpAfterMs === null ? 'the centre has not caught up' : 'the centre knows everything');
    for (const host of hosts) host.requireScheduler();
    return { ...result, timeline };
  } finally {
    await watch.end();
  }
}

/**
 * Has every host register the jobs before the first is due; hosts that are slower than thought are waited for, and asked
 * again with more time, by how long they took.
 * @returns when the first is due. @throws Error when hosts cannot keep up
 */
async function registerJobs(plan: ScenarioPlan, world: ScenarioWorld): Promise<number> {
  const { centre, lead, jobsBefore, signal, onProgress } = world;
  const jobs = jobsBefore + plan.jobs.length;
  for (let attempt = 1; attempt <= mostTries; attempt += 1) {
    const askedMs = Date.now();
    const startMs = Math.ceil((askedMs + lead.ms) / 1_000) * 1_000;
    await centre.call(jobRoutes.apply, { body: { documents: plan.jobs.map((job) => drillJob(job, startMs)) } });
    while (!(await isInStep(centre, jobs))) {
      if (Date.now() - askedMs > registerMs) break;
      await wait(lookMs / 2, undefined, { signal });
    }
    if (Date.now() < startMs) return startMs;
    lead.ms = 2 * (Date.now() - askedMs);
    onProgress(`hosts took ${seconds(lead.ms / 2)} to register them: again, with ${seconds(lead.ms)}`);
  }
  throw new Error(
    `hosts take too long to register ${plan.jobs.length} jobs: choose fewer, or a machine that is less busy`,
  );
}

/** "Run now" for one host of each group; what is not answered is told as that. */
async function giveOrders(
  plan: ScenarioPlan,
  { centre, hosts }: ScenarioWorld,
  struckMs: number,
  tell: (text: string) => void,
): Promise<GivenOrder[]> {
  const job = plan.jobs[0]?.name ?? '';
  return Promise.all(
    drillGroups.map(async (group): Promise<GivenOrder> => {
      const host = hosts.find((each) => each.plan.group === group)?.plan.name ?? '';
      const order = { host, job, askedMs: Date.now() - struckMs };
      try {
        const { commands } = await centre.call(jobRoutes.run, { name: job, body: { hosts: [host] } }, orderMs);
        tell(`"run now" of ${job} on ${host}: taken`);
        return { ...order, commandId: commands[0]?.id ?? null, why: null };
      } catch (error) {
        const why = refusal(error);
        tell(`"run now" of ${job} on ${host}: not taken, ${why}`);
        return { ...order, commandId: null, why };
      }
    }),
  );
}

function refusal(error: unknown): string {
  if (error instanceof ApiFailure) return `${error.status}, ${error.message}`;
  // A server that does not answer may have taken it all the same.
  return `not known whether it was, ${error instanceof Error ? error.message : String(error)}`;
}

async function untilCaughtUp(
  look: (caughtUpMs: number | null) => Promise<ScenarioFacts>,
  plan: ScenarioPlan,
  { centre, jobsBefore, catchUpMs, signal }: ScenarioWorld,
): Promise<ScenarioResult> {
  let before = '';
  let untilMs = 0;
  for (;;) {
    const nowMs = Date.now();
    // While the database starts there is no answer.
    const found = await look(nowMs).then(judgeScenario, () => undefined);
    const isThere = found !== undefined && (await isInStep(centre, jobsBefore + plan.jobs.length));
    if (isThere && found.missing.length === 0) return found;
    const now = JSON.stringify([isThere, found?.missing.map(({ kind, text }) => [kind, text])]);
    if (now !== before) untilMs = Date.now() + catchUpMs;
    before = now;
    if (Date.now() > untilMs) return judgeScenario(await look(null));
    await wait(lookMs, undefined, { signal });
  }
}

type Taken = Readonly<Record<DrillGroup, number>>;

function takenOf(centre: DrillCentre): Taken {
  return { struck: centre.door('struck').taken, control: centre.door('control').taken };
}

function reconnectsSince(centre: DrillCentre, before: Taken): Taken {
  const now = takenOf(centre);
  return { struck: now.struck - before.struck, control: now.control - before.control };
}

/** Looks twice a second which runs have ended, as somebody would who watches the list of runs. */
class CentreWatch {
  readonly seenMs = new Map<string, number>();
  private readonly over = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly centre: DrillCentre,
    private readonly jobs: readonly string[],
  ) {}

  begin(): void {
    this.done = this.watch();
  }

  async end(): Promise<void> {
    this.over.abort();
    await this.done;
  }

  private async watch(): Promise<void> {
    while (!this.over.signal.aborted) {
      const runs = await centreRuns(this.centre, this.jobs).catch((): CentreRun[] => []);
      for (const { id, finishedAt } of runs)
        if (finishedAt !== null && !this.seenMs.has(id)) this.seenMs.set(id, Date.now());
      await wait(lookMs, undefined, { signal: this.over.signal }).catch(() => undefined);
    }
  }
}
