import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { LocalApi } from '@carillon/stack/api';
import { dataFolderAt } from '@carillon/stack/data-folder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everyPage } from './pages/every-page.js';
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

/** A start that comes before the definition is refused by the host. */
function applied(job: string, host: string): Promise<true> {
  const { items } = apiOf(product);
  return eventually(async () => {
    const [on] = await items<{ state: string }>(`/jobs/${job}/assignments?search=${host}`);
    return on?.state === 'applied' ? true : undefined;
  });
}

/** The templates as `carillon new` prints them, and a host that each of them is for. */
const templates = {
  backup: ['nightly-backup', 'berlin-db-01'],
  cleanup: ['clean-up', 'berlin-file-01'],
  metrics: ['metrics-to-log', 'berlin-file-01'],
  'api-sync': ['price-sync', 'berlin-web-01'],
  'health-check': ['shop-is-up', 'berlin-probe-01'],
  report: ['daily-report', 'berlin-report-01'],
  powershell: ['disk-report', 'berlin-web-01'],
  batch: ['flush-queue', 'berlin-print-01'],
  program: ['nightly-etl', 'berlin-db-01'],
} as const;

it('carries out what every template says, as it is printed, on the disks of its hosts', async () => {
  const { items } = apiOf(product);
  const printed = await Promise.all(Object.keys(templates).map((kind) => product.cli('new', kind)));
  const file = join(product.folder, 'tried.yaml');
  writeFileSync(file, printed.map(({ stdout }) => stdout).join('---\n'));
  expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0 });
  const ended = await Promise.all(
    Object.values(templates).map(async ([job, host]) => {
      await applied(job, host);
      const { stdout, stderr } = await product.cli('run', job, '--host', host, '--wait', '--timeout', '150');
      // Its own timetable may start it meanwhile.
      const runs = await items<{ id: string; state: string; trigger: string }>(`/runs?job=${job}&host=${host}`);
      const run = runs.find(({ trigger }) => trigger === 'command');
      expect([job, run?.state, stdout + stderr]).toEqual([job, 'succeeded', expect.stringContaining('succeeded')]);
      const output = await eventually(async () => (await product.cli('output', run?.id ?? '')).stdout || undefined);
      return [job, output] as const;
    }),
  );
  const outputOf = new Map<string, string>(ended);
  const disk = (host: string, ...path: string[]) => join(product.folder, 'hosts', host, ...path);

  // Restored with the agent's own command, as a person would from the share.
  const sets = disk('berlin-db-01', 'E', 'backup', 'berlin-db-01', 'nightly-backup');
  const to = join(product.folder, 'restored');
  const agent = join(repository, 'apps/agent/bin/carillon-agent.mjs');
  const restore = ['backup', 'restore', sets, '--set', 'latest', '--to', to];
  expect(spawnSync(process.execPath, [agent, ...restore], { encoding: 'utf8' })).toMatchObject({ status: 0 });
  const { [join('work', 'import.tmp')]: left, ...saved } = bytesBelow(disk('berlin-db-01', 'D', 'data'));
  expect(left).toBeTruthy();
  expect(Object.keys(saved).length).toBeGreaterThan(8);
  expect(bytesBelow(join(to, 'D', 'data'))).toEqual(saved);
  expect(outputOf.get('nightly-backup')).toMatch(/made E:\\backup\\berlin-db-01\\nightly-backup\\000001-\S+: full/);

  const logs = readdirSync(disk('berlin-file-01', 'D', 'backup', 'logs'));
  expect(logs.filter((name) => name.endsWith('.log'))).toHaveLength(10);
  expect(outputOf.get('clean-up')?.match(/^removed D:\\backup\\logs\\/gm)).toHaveLength(14);

  const [heads, row] = readFileSync(disk('berlin-file-01', 'D', 'logs', 'metrics.csv'), 'utf8').split(/\r?\n/);
  expect(heads).toBe('at,cpu_percent,memory_percent,disk C: percent');
  expect(row).toMatch(/^20\d\d-[^,]+Z(,\d+){3}$/);

  const prices = JSON.parse(readFileSync(disk('berlin-web-01', 'D', 'shop', 'prices.json'), 'utf8'));
  expect(new Set(prices.map(({ article }: { article: number }) => article)).size).toBe(120);
  // Every page failed once.
  expect(outputOf.get('price-sync')?.match(/attempt 1: status 503; again in/g)).toHaveLength(3);
  expect(outputOf.get('shop-is-up')).toContain('GET https://shop.example.com/health: 200');
  for (const job of ['disk-report', 'flush-queue', 'nightly-etl'])
    expect(outputOf.get(job)).toContain('was not started, and this run is only played');
  const sent = await eventually(async () =>
    (await items<{ reason: string; state: string }>('/deliveries?channel=email&limit=20')).find(
      ({ reason, state }) => reason === 'report' && state === 'sent',
    ),
  );
  expect(sent).toBeTruthy();
});

it('says of an action that cannot be carried out why not, and in a dry run beforehand', async () => {
  const { items } = apiOf(product);
  const file = join(product.folder, 'wrong.yaml');
  const { stdout } = await product.cli('new', 'cleanup');
  const wrong = {
    'name: clean-up': 'name: wrong',
    '{ labels: { env: prod } }': '{ hosts: [berlin-db-01] }',
    'D:\\backup\\logs': 'D:\\nowhere',
  };
  writeFileSync(
    file,
    Object.entries(wrong).reduce((text, [from, to]) => text.replace(from, to), stdout),
  );
  expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0 });
  await applied('wrong', 'berlin-db-01');
  const why = 'root: D:\\nowhere: it is not there';
  expect((await product.cli('run', 'wrong', '--dry-run')).stdout).toContain(why);
  expect((await product.cli('run', 'wrong', '--wait')).stdout).toContain('failed');
  const [run] = await items<{ id: string; exitCode: number }>('/runs?job=wrong');
  expect(run?.exitCode).toBe(1);
  await eventually(async () => {
    const { stdout: out, stderr } = await product.cli('output', run?.id ?? '');
    return (out + stderr).includes(why) || undefined;
  });
});

everyPage(() => product);

/** Files below a folder, by path, with their bytes. */
function bytesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path), readFileSync(path, 'base64')];
    }),
  );
}

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
