import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import {
  sampleAssignment,
  sampleHost,
  sampleHostDetail,
  sampleId,
  sampleJob,
  sampleRun,
  sampleSpec,
} from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;

beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});

afterEach(async () => {
  await server.stop();
  cli.remove();
});

describe('jobs', () => {
  it('lists them in a table', async () => {
    server.on(jobRoutes.list, () => ({ items: [sampleJob('每日备份'), sampleJob('x')], next: null }));
    const { stdout } = await cli.run('jobs');
    expect(stdout).toBe(
      [
        'JOB       VERSION  SCHEDULE   HOSTS  ENABLED  LAST RUN  STARTED  OWNER',
        '每日备份  v1       0 2 * * *  1/1    yes      -         -        -',
        'x         v1       0 2 * * *  1/1    yes      -         -        -',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await cli.run('jobs', '--json')).stdout)).toHaveLength(2);
  });

  it('shows one with its definition, hosts and next fires', async () => {
    const fire = {
      at: '2026-03-02T02:00:00.000Z',
      local: '2026-03-02T10:00:00',
      timezone: 'Asia/Shanghai',
      mark: null,
    };
    server.on(jobRoutes.get, () => ({
      ...sampleJob('x'),
      spec: sampleSpec('x'),
      manifestHash: 'h',
      createdAt: fire.at,
    }));
    server.on(jobRoutes.assignments, () => ({
      items: [sampleAssignment({ state: 'failed', appliedVersion: null, code: 'denied' })],
      next: null,
    }));
    server.on(jobRoutes.nextFires, () => ({ items: [fire] }));
    const { stdout } = await cli.run('jobs', 'x');
    expect(stdout).toContain('program: C:\\Scripts\\backup.bat');
    expect(stdout).toContain('web-01  online    failed  none -> v1  denied');
    expect(stdout).toContain('2026-03-02T10:00:00');
    expect(server.calls.at(-1)?.asked.query).toMatchObject({ host: 'web-01' });
    expect(JSON.parse((await cli.run('jobs', 'x', '--json')).stdout)).toMatchObject({
      name: 'x',
      hosts: [{ host: 'web-01' }],
      nextFires: [fire],
    });
  });

  it('shows an old version, which is not the program’s own', async () => {
    server.on(jobRoutes.version, () => ({
      version: 3,
      createdAt: '2026-03-01T00:00:00Z',
      author: 'Ann',
      spec: sampleSpec('x'),
    }));
    expect((await cli.run('jobs', 'x', '--version', '3')).stdout).toContain('Ann');
    expect(server.calls[0]?.asked.params).toEqual({ name: 'x', version: 3 });
    expect((await cli.run('jobs', '--version', '3')).exitCode).toBe(2);
  });
});

describe('hosts', () => {
  it('lists them, and as JSON with assignments and inSync', async () => {
    server.on(hostRoutes.list, () => ({ items: [sampleHost('web-01', { inSync: false })], next: null }));
    expect((await cli.run('hosts', '--presence', 'online', '--label', 'site=local')).stdout).toContain(
      'web-01  online    1/1   no       -         site=local',
    );
    expect(server.calls[0]?.asked.query).toMatchObject({ presence: 'online', label: 'site=local' });
    const [host] = JSON.parse((await cli.run('hosts', '--json')).stdout);
    expect(host).toMatchObject({ inSync: false, assignments: { total: 1 } });
  });

  it('shows one with its jobs', async () => {
    server.on(hostRoutes.get, () => sampleHostDetail('web-01'));
    server.on(hostRoutes.assignments, () => ({ items: [sampleAssignment()], next: null }));
    server.on(hostRoutes.losses, () => ({ items: [], next: null }));
    expect((await cli.run('hosts', 'web-01')).stdout).toMatch(/DailyBackup {2}applied {2}v1/);
    expect(JSON.parse((await cli.run('hosts', 'web-01', '--json')).stdout).jobs).toHaveLength(1);
  });

  it('says what a person should know of one', async () => {
    const counts = { runEvents: 3, otherEvents: 0, outputRuns: 1 };
    const concerns = [
      { code: 'copy' as const, hostname: 'clone-7', lastAt: '2026-11-23T08:00:00.000Z' },
      { code: 'disk' as const, message: 'the disk is full' },
      { code: 'clock' as const, aheadMs: -90_000 },
      { code: 'spool_lost' as const, ...counts, lastAt: '2026-11-23T08:00:00.000Z' },
    ];
    const loss = {
      id: sampleId(1),
      reason: 'disk' as const,
      ...counts,
      outputBytes: 9,
      runIds: [],
      from: null,
      to: null,
    };
    server.on(hostRoutes.list, () => ({ items: [sampleHost('web-01', { concerns })], next: null }));
    server.on(hostRoutes.get, () => ({ ...sampleHostDetail('web-01'), concerns }));
    server.on(hostRoutes.assignments, () => ({ items: [], next: null }));
    server.on(hostRoutes.losses, () => ({ items: [{ ...loss, noticedAt: '2026-11-23T08:00:00.000Z' }], next: null }));
    const lost = '3 run results, output of 1 run';
    expect((await cli.run('hosts')).stdout).toContain(
      `a copy of it, clone-7, was refused; the disk is full; clock 1m30s behind; lost ${lost}`,
    );
    const { stdout } = await cli.run('hosts', 'web-01');
    expect(stdout).toContain('1.0 MiB wait, 20480 MiB free');
    expect(stdout).toMatch(/clock +120ms ahead/);
    expect(stdout).toContain(`${lost}: the disk was full`);
  });

  it('writes hostile names as escapes', async () => {
    server.on(hostRoutes.list, () => ({ items: [sampleHost('a\u001b[2J\u202eb\nc')], next: null }));
    const { stdout } = await cli.run('hosts');
    expect(stdout).toContain('a\\x1b[2J\\u{202e}b\\nc');
    expect(stdout.split('\n')).toHaveLength(3);
  });
});

describe('runs', () => {
  const pages = (count: number) => {
    server.on(runRoutes.list, ({ query }) => {
      const from = Number(query.cursor ?? 0);
      const to = Math.min(from + Number(query.limit), count);
      const items = Array.from({ length: to - from }, (_, n) => sampleRun({ id: sampleId(from + n) }));
      return { items, next: to < count ? String(to) : null };
    });
  };

  it('follows pages up to the limit', async () => {
    pages(1_200);
    expect(JSON.parse((await cli.run('runs', '--json')).stdout)).toHaveLength(100);
    expect(JSON.parse((await cli.run('runs', '--json', '--limit', '700')).stdout)).toHaveLength(700);
    expect(JSON.parse((await cli.run('runs', '--json', '--all')).stdout)).toHaveLength(1_200);
  });

  it('says why a program was never started', async () => {
    server.on(runRoutes.list, () => ({
      items: [sampleRun({ state: 'skipped', reason: 'overlap', exitCode: null, durationMs: null })],
      next: null,
    }));
    expect((await cli.run('runs')).stdout).toContain('skipped (overlap)  -     schedule');
  });

  it('says which output was not searched', async () => {
    server.on(runRoutes.list, () => ({ items: [], next: null, notSearched: '2026-03-01T02:00:00.000Z' }));
    const { stdout, stderr } = await cli.run('runs', '--json', '--output-contains', 'full', '--since', '30d');
    expect(JSON.parse(stdout)).toEqual([]);
    expect(stderr).toMatch(
      /^carillon: output of runs that started until 2026-03-01.* is archived and was not searched$/m,
    );
  });

  it('passes its filters on', async () => {
    pages(1);
    const { stdout } = await cli.run(
      'runs',
      '--job',
      'x',
      '--host',
      'h',
      '--state',
      'failed',
      '--bad',
      '--since',
      '2h',
    );
    expect(server.calls[0]?.asked.query).toEqual({
      limit: 100,
      job: 'x',
      host: 'h',
      state: 'failed',
      bad: true,
      since: '2026-03-01T10:00:00.000Z',
    });
    expect(stdout).toContain('succeeded  0     schedule');
    expect(stdout).toContain('1.5s');
  });

  it('counts by the hour', async () => {
    const hour = { hour: '2026-03-01T10:00:00.000Z', total: 6, meanDurationMs: 90_500 };
    server.on(runRoutes.hours, ({ query }) => ({
      from: query.from ?? '',
      to: '2026-03-01T12:00:00.000Z',
      items: [{ ...hour, states: { succeeded: 3, failed: 1, killed: 1, running: 1 } }],
    }));
    const { stdout } = await cli.run('runs', '--by-hour', '--job', 'x', '--label', 'env=prod', '--since', '2h');
    expect(server.calls[0]?.asked.query).toEqual({ from: '2026-03-01T10:00:00.000Z', job: 'x', label: 'env=prod' });
    expect(stdout).toMatch(/ 6 +3 +0 +2 +0 +1 +1m30s/);
    for (const args of [
      ['--by-hour', '--bad'],
      ['--label', 'env=prod'],
    ])
      expect((await cli.run('runs', ...args)).exitCode).toBe(2);
  });

  it('refuses filters it does not know', async () => {
    for (const args of [
      ['--state', 'great'],
      ['--since', 'yesterday'],
      ['--limit', '0'],
      ['--limit', '1e3'],
    ]) {
      expect((await cli.run('runs', ...args)).exitCode).toBe(2);
    }
  });

  it('colours only a terminal, and not when asked not to', async () => {
    pages(1);
    cli.isTTY = true;
    expect((await cli.run('runs')).stdout).toContain('\u001b[32msucceeded\u001b[0m');
    cli.env = { ...cli.env, NO_COLOR: '1' };
    expect((await cli.run('runs')).stdout).not.toContain('\u001b');
  });
});

describe('status', () => {
  it('shows the overview, and fails when the server is not ready', async () => {
    server.on(sessionRoutes.overview, () => ({
      at: '2026-03-01T00:00:00Z',
      version: '0.1.0',
      hosts: { total: 3, online: 2, lagging: 0, offline: 1, inSync: 2 },
      jobs: { total: 1, enabled: 1 },
      assignments: { total: 3, applied: 2, pending: 1, failed: 0 },
      runs: { total: 5, running: 0, succeeded: 4, warning: 0, bad: 1 },
      recentBad: [sampleRun({ state: 'failed', exitCode: 3 })],
    }));
    const answer = await cli.run('status');
    expect(answer.exitCode).toBe(0);
    expect(answer.stdout).toContain('3: 2 online, 0 lagging, 1 offline; 2 in sync');
    server.ready = false;
    const json = await cli.run('status', '--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ready: false,
      readyz: { ready: false },
      overview: { jobs: { total: 1 } },
    });
  });
});

describe('changes', () => {
  const change = {
    id: sampleId(1),
    job: 'DailyBackup',
    host: 'web-01',
    version: 3,
    state: 'drifted' as const,
    found: 'disabled' as const,
    differences: ['settings.enabled: wanted true, found false'],
    message: null,
    noticedAt: '2026-03-01T02:00:00.000Z',
    changedAt: '2026-03-01T01:59:00.000Z',
    changedBy: 'CORP\\anna',
  };

  it('are listed for a host or for a job', async () => {
    server.on(hostRoutes.taskChanges, () => ({ items: [change], next: null }));
    server.on(jobRoutes.taskChanges, () => ({ items: [], next: null }));
    const { stdout } = await cli.run('changes', '--host', 'web-01');
    expect(stdout).toContain(
      'DailyBackup v3  disabled  drifted  CORP\\anna at 2026-03-01 01:59:00 +00:00  settings.enabled: wanted true, found false',
    );
    expect(JSON.parse((await cli.run('changes', '--job', 'DailyBackup', '--json')).stdout)).toEqual([]);
  });

  it('of everything at once cannot be asked for', async () => {
    expect(await cli.run('changes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('either --host NAME'),
    });
  });

  it('say what became of what was adopted or could not be', async () => {
    const adopted = { ...change, adoption: 'adopted' as const, adoptedVersion: 4 };
    const left = { ...change, adoption: 'left' as const, adoptionReasons: ['setting: x'] };
    server.on(hostRoutes.taskChanges, () => ({ items: [adopted, left], next: null }));
    const { stdout } = await cli.run('changes', '--host', 'web-01');
    expect(stdout).toContain('adopted in v4');
    expect(stdout).toContain('not adopted: setting: x');
  });

  it('are shown one by one, field by field, and taken back', async () => {
    const fields = [{ path: 'settings.enabled', wanted: true, found: false }];
    server.on(taskChangeRoutes.get, () => ({ ...change, definition: null, wanted: null, fields }));
    const { stdout } = await cli.run('changes', '--show', change.id);
    expect(stdout).toMatch(/settings.enabled +true +false/);
    expect(await cli.run('task', 'diff', '--change', change.id)).toMatchObject({ exitCode: 2 });
    expect(await cli.run('changes', '--show', 'x')).toMatchObject({ exitCode: 2 });
    server.on(taskChangeRoutes.undo, () => ({ job: 'DailyBackup', host: 'web-01', version: 5 }));
    expect((await cli.run('changes', '--undo', change.id)).stdout).toContain('v5: web-01 gets what it had before');
  });
});

describe('why', () => {
  const answer = (host: string) => ({
    job: 'x',
    host,
    reason: 'host_off' as const,
    certainty: 'certain' as const,
    text: 'the host was off',
    fireAt: '2026-03-01T02:00:00.000Z',
    version: 2,
    evidence: [
      { at: '2026-03-01T01:00:00.000Z', text: 'the host was last heard from' },
      { at: null, text: 'and \u001b[31mmore' },
    ],
    runId: null,
    nextFireAt: null,
  });

  it('explains one host with its evidence', async () => {
    let asked: unknown;
    server.on(whyRoutes.job, (request) => {
      asked = request;
      return { items: [answer('WIN-01')], next: null };
    });
    const { stdout } = await cli.run('why', 'x', '--host', 'WIN-01', '--at', '2026-03-01T02:00Z');
    expect(asked).toMatchObject({ params: { name: 'x' }, query: { host: 'WIN-01', at: '2026-03-01T02:00:00.000Z' } });
    for (const part of ['x v2', 'WIN-01', 'the host was off', 'host_off', 'the host was last heard from'])
      expect(stdout).toContain(part);
    expect(stdout).not.toContain('\u001b');
  });

  it('shows many in a table, and takes clock times', async () => {
    const at: unknown[] = [];
    server.on(whyRoutes.job, (request) => {
      at.push(request.query.at);
      return { items: ['a', 'b', 'c', 'd'].map(answer), next: null };
    });
    expect((await cli.run('why', 'x', '--at', '02:00')).stdout).toMatch(/^HOST +DUE +REASON +WHY/);
    const last = new Date(cli.nowMs);
    last.setHours(2, 0, 0, 0);
    if (last.getTime() > cli.nowMs) last.setDate(last.getDate() - 1);
    expect(at).toEqual([last.toISOString()]);
    expect(await cli.run('why', 'x', '--at', '25:00')).toMatchObject({ exitCode: 2 });
    expect((await cli.run('why', 'x', '--at', 'noon')).stderr).toContain('--at: expected a clock time such as 02:00');
  });
});
