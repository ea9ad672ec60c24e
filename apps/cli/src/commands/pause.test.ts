import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleId } from '../testing/samples.js';

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

const until = '2026-03-01T14:00:00.000Z';

describe('pause', () => {
  it('asks for hosts, a time and what becomes of starts', async () => {
    server.on(pauseRoutes.pause, () => ({ until, hosts: ['web-01'], refused: [{ host: 'old-1', why: 'too old' }] }));
    const args = ['--for', '2h', '--then', 'run-once', '--reason', 'storage', '--label', 'env=prod', 'role=db'];
    const { stdout, stderr, exitCode } = await cli.run('pause', '--group', 'dbs', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 host paused until');
    expect(stderr).toContain('warning: old-1 goes on: too old');
    const labels = { env: 'prod', role: 'db' };
    const body = { group: 'dbs', labels, until, afterwards: 'run-once', reason: 'storage', dryRun: false };
    expect(server.calls.at(-1)?.asked.body).toEqual(body);
    await cli.run('pause', 'web-01', 'web-02', '--until', '2026-03-01T14:00Z', '--then', 'skip');
    expect(server.calls.at(-1)?.asked.body).toMatchObject({ hosts: ['web-01', 'web-02'], until, afterwards: 'skip' });
  });

  it.each([
    [['--for', '2h', '--then', 'skip'], 'which hosts?'],
    [['web-01', '--then', 'skip'], 'until when?'],
    [['web-01', '--for', '2h', '--until', '3h', '--then', 'skip'], 'until when?'],
    [['web-01', '--for', '2h'], 'what becomes of starts'],
    [['web-01', '--for', 'soon', '--then', 'skip'], '--for: expected a duration'],
    [['web-01', '--until', '2020-01-01', '--then', 'skip'], '--until: expected'],
    [['web-01', '--for', '2h', '--then', 'never'], 'run-once, skip'],
  ])('%j is wrong usage', async (args, message) => {
    expect(await cli.run('pause', ...args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
    expect(server.calls).toEqual([]);
  });

  it('fails when every host is too old', async () => {
    server.on(pauseRoutes.pause, () => ({ until, hosts: [], refused: [{ host: 'old-1', why: 'too old' }] }));
    expect((await cli.run('pause', 'old-1', '--for', '2h', '--then', 'skip')).exitCode).toBe(1);
  });
});

describe('resume and pauses', () => {
  it('say which hosts', async () => {
    server.on(pauseRoutes.resume, () => ({ hosts: ['web-01'] }));
    expect((await cli.run('resume', '--all-hosts')).stdout).toBe('1 host on again: web-01\n');
    expect(server.calls.at(-1)?.asked.body).toEqual({ all: true });
    expect((await cli.run('resume')).exitCode).toBe(2);
    const made = { from: '2026-03-01T11:00:00.000Z', afterwards: 'skip' as const, by: 'Ann', reason: '' };
    server.on(pauseRoutes.list, () => ({ items: [{ id: sampleId(1), host: 'web-01', until, ...made }], next: null }));
    expect((await cli.run('pauses')).stdout).toMatch(/web-01 .* skip +Ann/);
    expect(JSON.parse((await cli.run('pauses', '--json')).stdout)).toMatchObject([{ host: 'web-01' }]);
  });
});
