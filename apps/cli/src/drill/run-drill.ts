import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { randomFrom } from '@carillon/core/random/random-from';
import { dataFolderAt } from '@carillon/stack/data-folder';
import { programsOf } from '@carillon/stack/programs';
import { findRedis, type RedisProgram } from '@carillon/stack/redis-server';
import { drillIncidents, isInStep } from './centre-look.js';
import { DrillCentre } from './drill-centre.js';
import { alertDocuments } from './drill-documents.js';
import { type DrillLabel, type DrillScenario, planHosts, planScenario, type ScenarioPlan } from './drill-plan.js';
import type { DrilledScenario, DrillResult } from './drill-result.js';
import { EmulatedHost } from './emulated-host.js';
import { runScenario, type ScenarioWorld } from './run-scenario.js';

export interface DrillOptions {
  readonly label: DrillLabel;
  readonly hosts: number;
  readonly jobs: number;
  readonly faultSeconds: number;
  readonly seed: number;
  readonly scenarios: readonly DrillScenario[];
}

export interface DrillWorld {
  readonly repository: string;
  readonly version: string;
  readonly onProgress: (text: string) => void;
  /** Ends the drill before its time, without a verdict. */
  readonly signal: AbortSignal;
  /** How long the centre may stand still, with something missing, before that counts. */
  readonly catchUpMs?: number;
  /** Called while a fault lasts: what a test takes away here must be found. */
  readonly onFault?: (scenario: DrillScenario, hosts: readonly EmulatedHost[]) => Promise<void>;
}

const joinMinutes = 60;
const inStepMs = 180_000;
const lookMs = 250;
const firstLeadMs = 5_000;
const catchUpMs = 60_000;

/** The Redis that a drill would use; it fetches none. */
export function redisForDrill(repository: string): RedisProgram {
  return findRedis(join(repository, '.cache/redis'), { fetching: false });
}

/**
 * Plays bad days on an emulated fleet, one after the other, and compares what was due, what ran and what is recorded.
 * Everything it starts listens on the loopback, and is gone afterwards.
 * @throws Error when something does not start; the signal's reason when it aborts
 */
export async function runDrill(options: DrillOptions, world: DrillWorld): Promise<DrillResult> {
  const { label, jobs, faultSeconds, seed, scenarios } = options;
  const { repository, version, signal } = world;
  const startedMs = Date.now();
  const onProgress = (text: string) => world.onProgress(text);
  const redis = redisForDrill(repository);
  const skipped = scenarios.flatMap((scenario) =>
    scenario === 'redis-loss' && redis.kind === 'missing' ? [{ scenario, why: redis.why }] : [],
  );
  const chosen = scenarios.filter((scenario) => !skipped.some((each) => each.scenario === scenario));
  const random = randomFrom(seed);
  const plans = chosen.map((scenario) => planScenario(scenario, { jobs, faultSeconds }, random));
  const planned = planHosts(label, options.hosts);
  const folder = dataFolderAt(mkdtempSync(join(tmpdir(), 'carillon-drill-')));
  const programs = programsOf(repository);
  const hosts: EmulatedHost[] = [];
  let centre: DrillCentre | undefined;
  try {
    // 1. A product of its own, with hosts.
    const wanted = chosen.includes('redis-loss') && redis.kind === 'found' ? redis : undefined;
    centre = await DrillCentre.start({ folder, programs, redis: wanted, onProgress, signal });
    onProgress(`${planned.length} hosts join`);
    for (const plan of planned) {
      const place = { programs, folder: join(folder.root, 'hosts', plan.name), server: centre.door(plan.group).url };
      hosts.push(new EmulatedHost(plan, place));
    }
    await joinAll(centre, hosts, signal);
    await centre.call(jobRoutes.apply, { body: { documents: alertDocuments() } });

    // 2. One bad day after the other.
    const scenarioWorld = {
      ...world,
      centre,
      hosts,
      lead: { ms: firstLeadMs },
      catchUpMs: world.catchUpMs ?? catchUpMs,
    };
    const results = await runAll(plans, scenarioWorld);

    // 3. What was told to people meanwhile, and whether it is over.
    const incidents = await drillIncidents(centre);
    const endOf = (index: number) => results[index + 1]?.startedMs ?? Number.POSITIVE_INFINITY;
    const drilled = results.map((result, index): DrilledScenario => {
      const within = (at: string) => Date.parse(at) >= result.startedMs && Date.parse(at) < endOf(index);
      return { ...result, incidents: incidents.filter(({ openedAt }) => within(openedAt)) };
    });
    return {
      ...{ version, label, hosts: planned, jobs, faultSeconds, seed, skipped },
      startedAt: new Date(startedMs).toISOString(),
      durationMs: Date.now() - startedMs,
      scenarios: drilled,
    };
  } finally {
    onProgress('taking everything down');
    await Promise.allSettled(hosts.map((host) => host.stop()));
    await centre?.stop();
    rmSync(folder.root, { recursive: true, force: true });
  }
}

async function joinAll(centre: DrillCentre, hosts: readonly EmulatedHost[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      const body = { uses: 1, expiresInMinutes: joinMinutes, labels: { ...host.plan.labels } };
      const { token } = await centre.call(hostRoutes.createToken, { body });
      await host.enrol(token, signal);
    }),
  );
  const untilMs = Date.now() + inStepMs;
  while (!(await isInStep(centre, 0))) {
    if (Date.now() > untilMs) throw new Error(`not all hosts were there within ${inStepMs / 1_000} s`);
    await wait(lookMs, undefined, { signal });
  }
}

async function runAll(plans: readonly ScenarioPlan[], world: Omit<ScenarioWorld, 'jobsBefore'>) {
  const results = [];
  let jobsBefore = 0;
  for (const plan of plans) {
    results.push(await runScenario(plan, { ...world, jobsBefore }));
    jobsBefore += plan.jobs.length;
  }
  return results;
}
