import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DataFolder } from '@carillon/stack/data-folder';
import { openStackDatabase } from '@carillon/stack/stack-database';
import { expect, it } from 'vitest';
import { withPrivateStack } from '../../../cli/src/bench/private-stack.js';
import { fleetEnvironment, privatePlace } from '../../../cli/src/fleet/place.js';
import { simulateFleet } from '../../../cli/src/fleet/simulation.js';
import { runCli } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');
/** `CARILLON_SEED` plays a failing run again, as far as the machine's own timing allows. */
const seed = Number(process.env.CARILLON_SEED ?? Date.now() % 1_000_000);

it(`loses no run while the server is killed and connections are cut, and doubles none (seed ${seed})`, async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'carillon-simulate-'));
  // Started by root, Postgres runs under another account, which must get through to its data.
  chmodSync(temporary, 0o711);
  const args = ['--hosts', '20', '--jobs', '3', '--seconds', '9', '--every', '1', '--failure-rate', '0.3'];
  const result = await runCli(['simulate', ...args, '--chaos', '--verify', '--seed', String(seed), '--json'], {
    ...process.env,
    CARILLON_SERVER: '',
    TMPDIR: temporary,
  });
  const figures = JSON.parse(result.stdout || result.stderr);
  expect(figures, result.stderr).toMatchObject({
    seed,
    lost: 0,
    duplicated: 0,
    wrong: 0,
    undelivered: 0,
    chaos: { kills: expect.any(Number) },
  });
  expect(result.code).toBe(0);
  expect(figures.runs).toBeGreaterThan(50);
  expect(figures.recorded).toBe(figures.runs);
  expect(figures.chaos.kills).toBeGreaterThan(0);
  expect(figures.chaos.cuts).toBeGreaterThan(0);
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
});

it('sees a run that is missing in the database, and one that ended otherwise', async () => {
  const options = { hosts: 3, jobs: 2, seconds: 3, failureRate: 0.5, seed, everySeconds: 1, labels: {}, verify: true };
  const figures = await withPrivateStack(
    repository,
    () => undefined,
    (stack, signal) =>
      simulateFleet(privatePlace(stack), options, {
        repository,
        onProgress: () => undefined,
        signal,
        beforeComparing: () => damage(stack.folder),
      }),
    { localAgent: false, serverEnvironment: fleetEnvironment },
  );
  expect(figures).toMatchObject({ lost: 1, duplicated: 0, wrong: 1, undelivered: 0 });
  expect(figures.recorded).toBe((figures.runs ?? 0) - 1);
  expect(figures.examples?.map((text) => text.split(':')[0]).sort()).toEqual(['lost', 'wrong']);
});

async function damage(folder: DataFolder): Promise<void> {
  const database = await openStackDatabase(folder);
  await database.rows('DELETE FROM run WHERE id = (SELECT min(id::text)::uuid FROM run)');
  await database.rows('UPDATE run SET exit_code = 99 WHERE id = (SELECT max(id::text)::uuid FROM run)');
  await database.close();
}
