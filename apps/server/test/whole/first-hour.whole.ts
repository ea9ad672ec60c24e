import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAlive } from '@carillon/stack/data-folder';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually, startProduct } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');

interface Run {
  id: string;
  job: string;
  host: string;
  state: string;
  trigger: string;
  scheduledFor: string | null;
  exitCode: number | null;
  durationMs: number | null;
  jobVersion: number;
}

let product: Awaited<ReturnType<typeof startProduct>>;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.dispose());

const runsOf = (job: string) => product.json<Run[]>('runs', '--job', job);
const finished = (runs: Run[]) => runs.filter((run) => run.trigger === 'schedule' && run.durationMs !== null);

/** The tests are one story, told in order on one running product. */
describe('the first hour of a newcomer', () => {
  it('applies the examples', async () => {
    const result = await product.command('apply', '-f', join(repository, 'examples'));
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('DailyBackup');
    const [host] = await eventually(async () => {
      const hosts =
        await product.json<{ inSync: boolean; presence: string; assignments: { total: number; applied: number } }[]>(
          'hosts',
        );
      return hosts[0]?.inSync && hosts[0].assignments.applied > 0 ? hosts : undefined;
    });
    expect(host).toMatchObject({ presence: 'online' });
  });

  it('imports the other form of task file, and shows what Task Scheduler gets', async () => {
    const file = join(repository, 'examples/import/daily_backup.yaml');
    expect(await product.cli('import', file)).toMatchObject({ code: 0 });
    expect((await product.cli('xml', 'daily_backup')).stdout).toContain('<CalendarTrigger>');
    const disk = await product.cli('xml', 'MonitorDisk');
    for (const part of ['S-1-5-18', '<Interval>PT2H</Interval>']) expect(disk.stdout).toContain(part);
  });

  it('sees scheduled runs with exit code, host, time and both streams within 70 s', async () => {
    const startedAt = Date.now();
    const [ok] = await eventually(async () => {
      const found = finished(await runsOf('every-minute'));
      return found.length > 0 ? found : undefined;
    });
    expect(Date.now() - startedAt).toBeLessThan(70_000);
    expect(ok).toMatchObject({ state: 'succeeded', exitCode: 0, trigger: 'schedule' });
    expect(ok?.scheduledFor).toMatch(/T\d\d:\d\d:00\.000Z$/);
    const [failing] = await eventually(async () => {
      const found = finished(await runsOf('every-minute-failing'));
      return found.length > 0 ? found : undefined;
    });
    expect(failing).toMatchObject({ state: 'failed', exitCode: 3 });
    const output = await product.cli('output', failing?.id ?? '');
    expect(output.stdout.length).toBeGreaterThan(0);
    expect(output.stderr.length).toBeGreaterThan(0);
  });

  it('reads GBK output as Chinese', async () => {
    const [run] = await eventually(async () => {
      const found = finished(await runsOf('every-minute-gbk'));
      return found.length > 0 ? found : undefined;
    });
    expect(run).toMatchObject({ exitCode: 3 });
    const output = await product.cli('output', run?.id ?? '');
    expect(output.stdout).toContain('备份完成');
    expect(output.stderr).toContain('磁盘空间不足');
  });

  it('tells a second start what is already running', () => {
    const env = {
      ...process.env,
      DATABASE_URL: '',
      REDIS_URL: '',
      CARILLON_DATA: product.folder,
      CARILLON_PORT: '7999',
    };
    const second = spawnSync(process.execPath, [join(repository, 'tools/start.mjs')], { env, encoding: 'utf8' });
    expect(second.stdout).toContain(`already running on ${product.folder}: ${product.url}`);
    expect(second.status).toBe(0);
  });

  it('accounts for every run of the time in which the server was dead, once, with output', async () => {
    const before = new Set((await runsOf('every-minute')).map((run) => run.id));
    const { serverPid } = product.running();
    process.kill(serverPid, 'SIGKILL');
    // A run that happens while nothing listens: started on the host itself, through its Task Scheduler.
    await eventually(async () => (isAlive(serverPid) ? undefined : true));
    const after = await eventually(async () => {
      const result = await product.cli('runs', '--job', 'every-minute', '--json');
      if (result.code !== 0) return undefined;
      const fresh = finished(JSON.parse(result.stdout) as Run[]).filter((run) => !before.has(run.id));
      return fresh.length > 0 ? (JSON.parse(result.stdout) as Run[]) : undefined;
    });
    expect(product.running().serverPid).not.toBe(serverPid);
    const slots = finished(after).map((run) => run.scheduledFor);
    expect(new Set(slots).size).toBe(slots.length);
    const minutes = slots.map((slot) => Date.parse(slot ?? '') / 60_000).sort((a, b) => a - b);
    // No minute between the first and the last is missing.
    expect(minutes.at(-1)! - minutes[0]! + 1).toBe(minutes.length);
    const newest = after.find((run) => !before.has(run.id) && run.durationMs !== null);
    const output = await eventually(async () => {
      const { stdout } = await product.cli('output', newest?.id ?? '');
      return stdout === '' ? undefined : stdout;
    });
    expect(output.length).toBeGreaterThan(0);
  });

  it('moves hosts to a new version and keeps the old one readable', async () => {
    const dir = product.folder;
    const { writeFileSync } = await import('node:fs');
    const file = join(dir, 'changed.yaml');
    const job = (text: string) =>
      `kind: Job\nname: changing\ntargets: { labels: { site: local } }\nschedule: "0 3 * * *"\nrun: { program: node, arguments: ["-e", "console.log('${text}')"] }\n`;
    writeFileSync(file, job('one'));
    expect((await product.cli('apply', '-f', file)).code).toBe(0);
    writeFileSync(file, job('two'));
    expect((await product.cli('apply', '-f', file)).stdout).toContain('v2');
    expect((await product.cli('apply', '-f', file)).stdout).toContain('unchanged');
    await eventually(async () => {
      const detail = await product.json<{ assignments: unknown }>('jobs', 'changing');
      return JSON.stringify(detail).includes('"appliedVersion":2') ? true : undefined;
    });
    const run = await product.cli('run', 'changing', '--wait', '--json');
    expect(run.code).toBe(0);
    const old = await product.cli('jobs', 'changing', '--version', '1', '--json');
    expect(old.stdout).toContain('one');
    const [manual] = await product.json<Run[]>('runs', '--job', 'changing');
    expect(manual).toMatchObject({ trigger: 'command', jobVersion: 2, exitCode: 0, scheduledFor: null });
  });

  it('says what a start would do, of a program and of an action, and starts and changes nothing', async () => {
    const { existsSync, mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const runsBefore = await product.json<Run[]>('runs', '--job', 'changing');
    const told = await product.cli('run', 'changing', '--dry-run');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toMatch(/^\S+: would run\n {2}dry run of changing v2 on /);
    expect(told.stdout).toContain('arguments: "-e" "console.log(\'two\')"');

    // Not in the product's own folder, which may be below /dev/shm: nothing is ever swept in /dev.
    const root = mkdtempSync(join(tmpdir(), 'carillon-to-sweep-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    writeFileSync(join(root, 'old.log'), 'x');
    const file = join(product.folder, 'sweep.yaml');
    const cleanup = `{ root: '${root}', patterns: ['*.log'] }`;
    writeFileSync(
      file,
      `kind: Job\nname: sweep\ntargets: { labels: { site: local } }\nschedule: "0 3 * * *"\nrun: { cleanup: ${cleanup} }\n`,
    );
    expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0, stderr: '' });
    const [answer] = await product.json<{ state: string; code: string; answer: string }[]>('run', 'sweep', '--dry-run');
    expect(answer).toMatchObject({ state: 'done', code: 'would_run' });
    expect(answer?.answer).toContain(`would remove ${join(root, 'old.log')} (1 B)`);
    expect(existsSync(join(root, 'old.log'))).toBe(true);
    expect(await product.json<Run[]>('runs', '--job', 'sweep')).toEqual([]);
    expect(await product.json<Run[]>('runs', '--job', 'changing')).toEqual(runsBefore);
  });

  it('refuses bad input by naming the field, and writes nothing', async () => {
    const { writeFileSync } = await import('node:fs');
    const file = join(product.folder, 'bad.yaml');
    const good = 'kind: Job\nname: half\ntargets: { labels: { site: local } }\nschedule: "0 3 * * *"\nrun: x.exe\n';
    const bad =
      'kind: Job\nname: "b\\\\d"\ntargets: { labels: { site: nowhere } }\nschedule: "61 3 * * *"\nrun: x.exe\ncolour: red\n';
    writeFileSync(file, `${good}---\n${bad}`);
    const result = await product.cli('apply', '-f', file);
    expect(result.code).toBe(1);
    for (const field of ['colour', 'schedule', 'name']) expect(result.stderr).toContain(field);
    writeFileSync(file, `${good}---\n${bad.replace('"b\\\\d"', 'bd').replace('61', '1').replace('colour: red\n', '')}`);
    const noHost = await product.cli('apply', '-f', file);
    expect(noHost.code).toBe(1);
    expect(noHost.stderr).toContain('targets');
    expect((await product.cli('jobs', 'half', '--json')).code).toBe(1);
  });

  it('carries a fleet of 200 simulated hosts', async () => {
    const { spawn } = await import('node:child_process');
    const env = { ...process.env, CARILLON_DATA: product.folder, CARILLON_PORT: new URL(product.url).port };
    const fleet = spawn(
      process.execPath,
      [join(repository, 'apps/cli/bin/carillon.mjs'), 'simulate', '--hosts', '200', '--labels', 'fleet=whole'],
      { env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    fleet.stderr.on('data', (bytes) => {
      said += bytes;
    });
    const isThere = () => {
      if (fleet.exitCode !== null) throw new Error(`the simulated hosts ended: ${said}`);
    };
    try {
      await eventually(async () => {
        isThere();
        const hosts = await product.json<{ labels: Record<string, string>; presence: string }[]>('hosts', '--all');
        return hosts.filter((host) => host.labels.fleet === 'whole' && host.presence === 'online').length === 200
          ? true
          : undefined;
      });
      const { writeFileSync } = await import('node:fs');
      const file = join(product.folder, 'fleet.yaml');
      writeFileSync(
        file,
        'kind: Job\nname: on-all\ntargets: { labels: { fleet: whole } }\nschedule: "0 4 * * *"\nrun: x.exe\n',
      );
      expect((await product.cli('apply', '-f', file)).stdout).toContain('200 hosts');
      await eventually(async () => {
        isThere();
        const hosts = await product.json<{ labels: Record<string, string>; assignments: { applied: number } }[]>(
          'hosts',
          '--all',
        );
        return hosts.filter((host) => host.labels.fleet === 'whole' && host.assignments.applied === 1).length === 200
          ? true
          : undefined;
      });
    } finally {
      if (fleet.exitCode === null) {
        fleet.kill('SIGINT');
        await new Promise((done) => fleet.once('exit', done));
      }
    }
  });

  it('stops everything it started at Ctrl-C, and keeps its data', async () => {
    const { serverPid, agentPid, schedulerPid } = product.running();
    expect(await product.stop()).toBe(0);
    expect([serverPid, agentPid, schedulerPid].map(isAlive)).toEqual([false, false, false]);
    expect(product.output()).toContain('Carillon has stopped.');
  });
});
