import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { installerLine } from '@carillon/core/install/installer-line';
import type { CommandState } from '@carillon/core/state/states';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Assignment } from '../lib/shapes.js';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, refuse } from '../testing/fake-server.js';
import {
  sampleAssignment,
  sampleCommand,
  sampleHost,
  sampleHostDetail,
  sampleId,
  sampleRun,
  sampleToken,
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

describe('run', () => {
  const runId = sampleId(1);
  /** Commands for the hosts; each look at one moves it to its next state. */
  const commands = (states: readonly CommandState[], hosts = ['web-01']) => {
    server.on(jobRoutes.assignments, () => ({ items: [], next: null }));
    const looks = new Map<string, number>();
    const of = (host: string, id: string) => {
      const look = looks.get(id) ?? -1;
      const state = look < 0 ? 'queued' : (states[Math.min(look, states.length - 1)] ?? 'queued');
      return sampleCommand({
        id,
        host,
        state,
        runId: state === 'accepted' ? runId : null,
        ...(state === 'rejected' ? { code: 'policy' } : {}),
      });
    };
    server.on(jobRoutes.run, () => ({ commands: hosts.map((host, n) => of(host, sampleId(300 + n))) }));
    server.on(jobRoutes.command, ({ params }) => {
      const id = params.id ?? '';
      looks.set(id, (looks.get(id) ?? -1) + 1);
      return of(hosts[Number.parseInt(id.slice(-3), 16) - 300] ?? '?', id);
    });
  };

  it('waits until the commands are taken', async () => {
    commands(['queued', 'delivered', 'accepted'], ['web-01', 'web-02']);
    const answer = await cli.run('run', 'DailyBackup', '--host', 'web-01', 'web-02');
    expect(answer).toMatchObject({ exitCode: 0 });
    expect(answer.stdout.split('\n').sort()).toEqual([
      '',
      `web-01: accepted, run ${runId}`,
      `web-02: accepted, run ${runId}`,
    ]);
    const run = server.calls.find(({ asked }) => asked.body !== undefined);
    expect(run?.asked.body).toEqual({ hosts: ['web-01', 'web-02'] });
  });

  it('waits until its hosts have the version, in words; for none that is away, and not with --no-wait', async () => {
    commands(['accepted']);
    let looks = 0;
    const behind = (changes: Partial<Assignment>) => sampleAssignment({ state: 'delivered', version: 3, ...changes });
    server.on(jobRoutes.assignments, ({ query }) => {
      if (query.state === 'desired') return { items: [behind({ host: 'web-09', presence: 'offline' })], next: null };
      looks += 1;
      return { items: looks < 3 ? [behind({ presence: 'online' })] : [], next: null };
    });
    const answer = await cli.run('run', 'DailyBackup');
    expect(answer).toMatchObject({ exitCode: 0, stdout: `web-01: accepted, run ${runId}\n` });
    expect(answer.stderr).toBe('waiting until web-01 has version 3 (--no-wait does not wait)\n');
    expect(looks).toBe(3);
    looks = 0;
    expect(await cli.run('run', 'DailyBackup', '--no-wait')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(looks).toBe(0);
  });

  it('goes on with what hosts have when they do not get the version in time, and says so', async () => {
    commands(['accepted']);
    const item = sampleAssignment({ state: 'delivered', version: 3, presence: 'online' });
    server.on(jobRoutes.assignments, () => ({ items: [item], next: null }));
    const answer = await cli.run('run', 'DailyBackup', '--timeout', '2');
    expect(answer).toMatchObject({ exitCode: 0, stdout: `web-01: accepted, run ${runId}\n` });
    expect(answer.stderr).toContain('going on without: 2 s were not enough until web-01');
  });

  it('waits for the end with --wait, also when the run is not known at first', async () => {
    commands(['accepted']);
    let looks = 0;
    server.on(runRoutes.get, () => {
      looks += 1;
      if (looks === 1) throw refuse(404, 'not_found', 'no such run');
      return looks === 2 ? sampleRun({ state: 'running', exitCode: null }) : sampleRun({ cpuMs: 400 });
    });
    const answer = await cli.run('run', 'DailyBackup', '--wait');
    expect(answer).toMatchObject({
      exitCode: 0,
      stdout: `web-01: succeeded, exit code 0, took 1.5s, 400ms of CPU, run ${runId}\n`,
    });
  });

  it('fails when a run fails', async () => {
    commands(['accepted']);
    server.on(runRoutes.get, () => sampleRun({ state: 'failed', reason: 'exit_code', exitCode: 3 }));
    const answer = await cli.run('run', 'DailyBackup', '--wait', '--json');
    expect(answer.exitCode).toBe(1);
    expect(JSON.parse(answer.stdout)).toMatchObject([
      { host: 'web-01', state: 'accepted', run: { state: 'failed', exitCode: 3 } },
    ]);
  });

  it('fails when a host refuses, or never takes it', async () => {
    commands(['rejected']);
    expect(await cli.run('run', 'DailyBackup')).toMatchObject({ exitCode: 1, stdout: 'web-01: rejected: policy\n' });
    commands(['expired']);
    expect(await cli.run('run', 'DailyBackup', '--wait')).toMatchObject({ exitCode: 1, stdout: 'web-01: expired\n' });
    commands(['queued']);
    const answer = await cli.run('run', 'DailyBackup', '--timeout', '10');
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' });
    expect(answer.stderr).toContain('waited 10 s for web-01 to take the command');
  });

  it('fails without hosts', async () => {
    commands([], []);
    expect((await cli.run('run', 'DailyBackup')).stderr).toContain('no host runs this job');
  });
});

describe('run --dry-run', () => {
  /** Each host's answer comes with the second look. */
  const answers = (of: Record<string, Parameters<typeof sampleCommand>[0]>) => {
    const hosts = Object.keys(of);
    const looks = new Map<string, number>();
    const asked = (host: string, index: number) =>
      sampleCommand({ id: sampleId(300 + index), host, action: 'dry_run', state: 'queued' });
    server.on(jobRoutes.assignments, () => ({ items: [], next: null }));
    server.on(jobRoutes.dryRun, () => ({ commands: hosts.map(asked) }));
    server.on(jobRoutes.command, ({ params }) => {
      const index = Number.parseInt((params.id ?? '').slice(-3), 16) - 300;
      const host = hosts[index] ?? '?';
      const look = (looks.get(host) ?? 0) + 1;
      looks.set(host, look);
      return { ...asked(host, index), ...(look === 1 ? { state: 'accepted' as const } : of[host]) };
    });
  };

  it('prints what each host says, as text, and starts nothing', async () => {
    answers({ 'web-01': { state: 'done', code: 'would_run', answer: 'program: a\u001b[2J\nit would run\n' } });
    const answer = await cli.run('run', 'DailyBackup', '--dry-run', '--host', 'web-01');
    expect(answer).toMatchObject({
      exitCode: 0,
      stdout: 'web-01: would run\n  program: a\\x1b[2J\n  it would run\n',
    });
    expect(server.calls.find(({ route }) => route.startsWith('POST'))).toMatchObject({
      route: 'POST /jobs/:name/dry-run',
      asked: { params: { name: 'DailyBackup' }, body: { hosts: ['web-01'] } },
    });
    expect(server.calls.map(({ route }) => route)).not.toContain('POST /jobs/:name/run');
  });

  it('fails where a host would not run it, or cannot say', async () => {
    answers({
      'web-01': { state: 'done', code: 'would_skip', answer: 'it would be skipped: x\n' },
      'web-02': { state: 'rejected', code: 'unsupported', message: 'agent 1.4.2 cannot do a dry run; upgrade it' },
    });
    expect(await cli.run('run', 'DailyBackup', '--dry-run')).toMatchObject({
      exitCode: 1,
      stdout:
        'web-01: would be skipped\n  it would be skipped: x\nweb-02: rejected: unsupported: agent 1.4.2 cannot do a dry run; upgrade it\n',
    });
    const json = await cli.run('run', 'DailyBackup', '--dry-run', '--json');
    expect([json.exitCode, JSON.parse(json.stdout)]).toMatchObject([
      1,
      [
        { host: 'web-01', code: 'would_skip', answer: 'it would be skipped: x\n' },
        { host: 'web-02', state: 'rejected' },
      ],
    ]);
  });

  it('has no run to wait for', async () => {
    const answer = await cli.run('run', 'DailyBackup', '--dry-run', '--wait');
    expect([answer.exitCode, server.calls]).toEqual([2, []]);
  });
});

describe('stop and delete', () => {
  it('asks the host to end the run', async () => {
    server.on(runRoutes.list, () => ({ items: [sampleRun()], next: null }));
    server.on(runRoutes.stop, () => ({ commandId: sampleId(300) }));
    server.on(jobRoutes.command, () => sampleCommand({ action: 'stop', state: 'done' }));
    expect(await cli.run('stop', 'latest')).toMatchObject({
      exitCode: 0,
      stdout: `stopping run ${sampleId(1)} of DailyBackup on web-01\n`,
    });
  });

  it('deletes a job', async () => {
    server.on(jobRoutes.remove, ({ params }) => ({ name: params.name ?? '', hosts: 2 }));
    expect(await cli.run('delete', 'a b')).toMatchObject({ exitCode: 0, stdout: 'deleted job a b (2 hosts)\n' });
    expect(server.calls[0]?.asked.params).toEqual({ name: 'a b' });
  });
});

describe('labels', () => {
  it('sets and removes, and keeps the others', async () => {
    server.on(hostRoutes.get, () => ({ ...sampleHostDetail('web-01'), labels: { site: 'local', old: 'x' } }));
    server.on(hostRoutes.setLabels, ({ body }) =>
      sampleHost('web-01', { labels: (body as { labels: Record<string, string> }).labels }),
    );
    expect(await cli.run('labels', 'web-01', 'env=prod=1', 'old-')).toMatchObject({
      stdout: 'web-01: env=prod=1, site=local\n',
    });
    expect(await cli.run('labels', 'web-01')).toMatchObject({ stdout: 'web-01: old=x, site=local\n' });
    expect((await cli.run('labels', 'web-01', 'nonsense')).exitCode).toBe(2);
  });
});

describe('token and sign-in', () => {
  const secret = 'join-secret-0123456789';

  it('prints only the token on stdout', async () => {
    server.on(hostRoutes.createToken, () => ({ ...sampleToken(), token: secret }));
    const answer = await cli.run('token', 'create', '--uses', '3', '--expires', '5', '--label', 'site=a', 'env=b');
    expect(answer.stdout).toBe(`${secret}\n`);
    expect(server.calls[0]?.asked.body).toEqual({ uses: 3, expiresInMinutes: 5, labels: { site: 'a', env: 'b' } });
    expect((await cli.run('token', 'create', '--uses', '0')).exitCode).toBe(2);
    expect((await cli.run('token', 'create', '--label', 'a-')).exitCode).toBe(2);
  });

  it('gives the line that installs the agent, once there is an agent to install', async () => {
    const origin = 'https://carillon.example.com';
    let files: { name: string; bytes: number; sha256: string }[] = [];
    server.on(hostRoutes.agentFiles, () => ({ origin, files }));
    server.on(hostRoutes.createToken, () => ({ ...sampleToken(), token: secret }));
    const tooEarly = await cli.run('hosts', 'add');
    expect(tooEarly.exitCode).toBe(1);
    expect(tooEarly.stderr).toContain('npm run build:agent');
    expect(server.calls.map(({ route }) => route)).not.toContain('POST /enrolment-tokens');

    files = ['carillon-agent.exe', 'carillon-agent.msi'].map((name) => ({ name, bytes: 1, sha256: 'x' }));
    const answer = await cli.run('hosts', 'add', '--uses', '3', '--label', 'site=a', 'env=b');
    expect(answer.stdout).toBe(`${installerLine('powershell', origin, secret)}\n`);
    expect(server.calls.at(-1)?.asked.body).toEqual({ uses: 3, expiresInMinutes: 60, labels: { site: 'a', env: 'b' } });
    expect(answer.stderr).not.toContain('CARILLON_PUBLIC_URL');
    const msi = JSON.parse((await cli.run('hosts', 'add', '--msi', '--json')).stdout);
    expect(msi).toMatchObject({ origin, token: secret, line: installerLine('msi', origin, secret) });
  });

  it('lists and revokes', async () => {
    server.on(hostRoutes.tokens, () => ({ items: [sampleToken()], next: null }));
    server.on(hostRoutes.revokeToken, () => ({ ...sampleToken(), revoked: true }));
    expect((await cli.run('token', 'list')).stdout).toContain(`${sampleToken().id}  open   0/1`);
    expect(await cli.run('token', 'revoke', sampleToken().id)).toMatchObject({ exitCode: 0 });
    expect((await cli.run('token', 'revoke', secret)).exitCode).toBe(2);
  });

  it('prints a link', async () => {
    server.on(sessionRoutes.signInLink, () => ({
      url: `${server.url}/sign-in?ticket=t`,
      expiresAt: '2026-03-01T12:05:00Z',
    }));
    expect((await cli.run('sign-in')).stdout).toBe(`${server.url}/sign-in?ticket=t\n`);
  });
});

describe('simulate', () => {
  it.each([
    [[], "required option '--hosts <n>' not specified"],
    [['--hosts', '0'], 'whole number from 1'],
    [['--hosts', '10001'], '--hosts: expected at most 10000, got 10001'],
    [['--hosts', '5', '--failure-rate', '20%'], 'number from 0 to 1'],
    [['--hosts', '5', '--failure-rate', '1.2'], 'number from 0 to 1'],
    [['--hosts', '5', '--seed', 'x'], 'whole number from 0'],
    [['--hosts', '5', '--verify', '--jobs', '0'], '--verify: expected --jobs of at least 1'],
    [['--hosts', '5', '--chaos', '--server', 'http://127.0.0.1:1'], '--chaos: it kills the server'],
  ])('refuses %j', async (args, message) => {
    const answer = await cli.run('simulate', ...args);
    expect(answer.exitCode).toBe(2);
    expect(answer.stderr).toContain(message);
  });
});
