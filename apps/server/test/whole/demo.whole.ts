import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalApi } from '@carillon/stack/api';
import { dataFolderAt } from '@carillon/stack/data-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');
/** A small fleet that still has every part of the stories: most of the time goes by with what does not depend on its size. */
const fleet = { CARILLON_DEMO_HOSTS: '30' };

let product: Awaited<ReturnType<typeof startProduct>>;
beforeAll(async () => {
  product = await startProduct(fleet, undefined, ['--demo']);
  await product.shows(/the demo is filled/);
});
afterAll(() => product?.dispose());

function apiOf({ url, folder }: Pick<Product, 'url' | 'folder'>) {
  const api = new LocalApi(url, dataFolderAt(folder).adminTokenFile);
  return {
    get: <T>(path: string) => api.call<T>('GET', path),
    items: async <T = Record<string, unknown>>(path: string) => (await api.call<{ items: T[] }>('GET', path)).items,
  };
}

it('says that it is a demo and how to be rid of it, behind the ready line', () => {
  const ready = product.output().indexOf('Carillon is ready');
  expect(product.output().indexOf('This is a demo: 30 simulated hosts')).toBeGreaterThan(ready);
  expect(product.output()).toContain(`delete ${product.folder}`);
});

it('has life on every page', async () => {
  const { get, items } = apiOf(product);
  // Now, and the heatmap.
  expect(await get('/overview')).toMatchObject({ demo: true });
  const activity = await get<{ started: number[] }>('/now/activity');
  expect(JSON.stringify(activity)).toMatch(/[1-9]/);
  const hosts = await items<{ name: string; presence: string; inSync: boolean }>('/hosts?limit=100');
  expect(hosts).toHaveLength(30);
  expect(hosts.filter(({ presence }) => presence === 'online').length).toBeGreaterThan(25);
  // The site whose line is down.
  expect(hosts.filter(({ presence }) => presence === 'offline').map(({ name }) => name)).toContain('lyon-web-01');
  const jobs = await items<{ name: string; health: string; recent: unknown[]; nextFireAt: string | null }>(
    '/jobs?limit=100&recent=10&nextFire=true',
  );
  expect(jobs.length).toBeGreaterThan(30);
  expect(new Set(jobs.map(({ health }) => health))).toEqual(new Set(['ok', 'failing', 'never', 'off', 'unapplied']));
  // A week of runs, with output in two languages.
  const weekAgo = new Date(Date.now() - 6.5 * 86_400_000).toISOString();
  expect(await items(`/runs?until=${weekAgo}`)).not.toEqual([]);
  const [full] = await items<{ id: string }>(`/runs?job=sql-full-backup&host=shanghai-db-01&state=failed`);
  const output = await get<{ items: { text: string }[] }>(`/runs/${full?.id}/output`);
  expect(JSON.stringify(output)).toContain('磁盘空间不足');
  expect(await items('/missed-runs')).not.toEqual([]);
  const rollouts = await items<{ job: string; state: string; open: number }>('/rollouts?underWay=true');
  expect(rollouts).toMatchObject([{ job: 'software-inventory', state: 'running', open: 1 }]);
  // Hosts: load of two days, drift with who and when, tasks of their own.
  const load = await get<{ now: unknown; items: unknown[] }>('/hosts/berlin-db-01/load');
  expect(load.items.length).toBeGreaterThan(500);
  const changes = await items<{ state: string; changedBy: string | null }>('/hosts/berlin-app-01/task-changes');
  expect(changes).toContainEqual(expect.objectContaining({ state: 'repaired', changedBy: 'CORP\\k.lehmann' }));
  expect(await items('/task-groups')).not.toEqual([]);
  // Alerts: what is over, what goes on, who was told.
  const incidents = await items<{ state: string; openedAt: string }>('/incidents?limit=100');
  const over = incidents.filter(({ state }) => state === 'resolved');
  expect(Math.min(...over.map(({ openedAt }) => Date.parse(openedAt)))).toBeLessThan(Date.now() - 2 * 86_400_000);
  expect(incidents.some(({ state }) => state === 'firing')).toBe(true);
  const deliveries = await items<{ state: string }>('/deliveries?limit=100');
  expect(deliveries.some(({ state }) => state === 'sent')).toBe(true);
  expect(await items('/upgrades/rings')).toHaveLength(3);
  const upgrades = await items<{ last: { state: string } | null }>('/upgrades/hosts?limit=100');
  expect(upgrades.some(({ last }) => last !== null)).toBe(true);
});

it('says of a job that somebody tries on it that nothing was carried out, and sends the report that one asks for', async () => {
  const { items } = apiOf(product);
  const { stdout } = await product.cli('new', 'backup');
  const report = (await product.cli('new', 'report')).stdout.replace(
    '{ labels: { role: report } }',
    '{ hosts: [berlin-db-01] }',
  );
  const file = join(product.folder, 'tried.yaml');
  writeFileSync(file, `${stdout}---\n${report}`);
  expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0 });
  expect((await product.cli('run', 'nightly-backup', '--host', 'berlin-db-01', '--wait')).stdout).toContain(
    'succeeded',
  );
  const [run] = await items<{ id: string }>('/runs?job=nightly-backup');
  const output = await eventually(async () => (await product.cli('output', run?.id ?? '')).stdout || undefined);
  expect(output).toContain('berlin-db-01 is simulated. Nothing was carried out (backup)');
  expect((await product.cli('run', 'daily-report', '--wait')).stdout).toContain('succeeded');
  const sent = await eventually(async () =>
    (await items<{ reason: string; state: string }>('/deliveries?channel=email&limit=20')).find(
      ({ reason, state }) => reason === 'report' && state === 'sent',
    ),
  );
  expect(sent).toBeTruthy();
});

it('is not mixed with real data, in neither direction', () => {
  const start = (folder: string, ...args: string[]) => {
    const env = { ...process.env, DATABASE_URL: '', CARILLON_DATA: folder, CARILLON_PORT: '7999' };
    return spawnSync(process.execPath, [join(repository, 'tools/start.mjs'), ...args], { env, encoding: 'utf8' });
  };
  expect(start(product.folder).stderr).toContain(`${product.folder} is a demo's; start it with --demo`);
  const real = start(join(repository, 'docs'), '--demo');
  expect(real.stderr).toContain("holds data that is not a demo's");
  expect(real.status).toBe(1);
});
