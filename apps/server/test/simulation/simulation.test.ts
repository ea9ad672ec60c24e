import { describe, expect, it, vi } from 'vitest';
import { mutants } from './mutants.js';
import type { Outcome } from './options.js';
import { simulate } from './simulation.js';

// The platform below the product: everything through which time, chance, disks and networks come in.
vi.mock('node:fs', () => import('./platform/fs.js'));
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./platform/clock.js')).wait }));
vi.mock('node:crypto', async (original) =>
  (await import('./platform/clock.js')).lotsInPlaceOf(await original<object>()),
);
vi.mock('ws', () => import('./platform/ws.js'));
vi.mock('@carillon/core/desired/signing', () => import('./platform/signing.js'));
// Knobs: shorter silences and smaller frames bring more of what is rare into a short history.
vi.mock('@carillon/contract/limits', async (original) => {
  const { limits } = await original<typeof import('@carillon/contract/limits')>();
  return { limits: { ...limits, heartbeatMs: 6_000, silenceMs: 12_000, eventsPerFrame: 5, inFlightFrames: 3 } };
});

const givenSeed = process.env.CARILLON_SEED;
const firstSeed = Number(givenSeed ?? 1);
const seedCount = Number(process.env.CARILLON_SEEDS ?? (givenSeed === undefined ? 1_000 : 1));
const limitMs = 600_000;
const tailLines = 60;

/** Lives through a seed once more, and tells. */
async function report({ seed, wrong }: Outcome): Promise<string> {
  const lines: string[] = [];
  await simulate(seed, { trace: (line) => void lines.push(line) });
  const firstWrong = lines.findIndex((line) => line.includes('WRONG: '));
  const end = firstWrong === -1 ? lines.length : firstWrong + 1;
  const told = givenSeed === undefined ? lines.slice(Math.max(0, end - tailLines), end) : lines;
  return [
    ...told,
    `seed ${seed}:`,
    ...wrong.map((line) => `  ${line}`),
    `replay: CARILLON_SEED=${seed} npx vitest run --config vitest.simulation.config.ts`,
  ].join('\n');
}

describe('agents, servers and a database under faults', () => {
  it(
    `keep all their promises in ${seedCount} histories from seed ${firstSeed} on`,
    async () => {
      let runs = 0;
      let steps = 0;
      const cpu = process.cpuUsage();
      for (let seed = firstSeed; seed < firstSeed + seedCount; seed += 1) {
        const outcome = await simulate(seed);
        if (outcome.wrong.length > 0) expect.fail(await report(outcome));
        runs += outcome.runs;
        steps += outcome.steps;
      }
      if (process.env.CARILLON_SEEDS)
        console.log({ seeds: seedCount, runs, steps, cpuSeconds: process.cpuUsage(cpu).user / 1e6 });
      if (givenSeed === undefined) expect(runs).toBeGreaterThan(seedCount);
    },
    limitMs,
  );

  it('are the same history whenever the seed is', async () => {
    const [once, again, other] = [await simulate(firstSeed), await simulate(firstSeed), await simulate(firstSeed + 1)];
    expect(again).toEqual(once);
    expect(other.fingerprint).not.toBe(once.fingerprint);
  });
});

describe('a mutant', () => {
  const tries = 500;

  it.each(mutants)(
    'is found: $name',
    async ({ name, ...broken }) => {
      for (let seed = 1; seed <= tries; seed += 1) {
        const { wrong } = await simulate(seed, broken);
        if (wrong.length === 0) continue;
        if (process.env.CARILLON_SEEDS) console.log(`${name}: found by seed ${seed}: ${wrong[0]}`);
        // The same history must be well where nothing is broken.
        const { wrong: unbroken } = await simulate(seed, { only: broken.only });
        expect(unbroken).toEqual([]);
        return;
      }
      expect.fail(`it lived through ${tries} seeds`);
    },
    limitMs,
  );
});
