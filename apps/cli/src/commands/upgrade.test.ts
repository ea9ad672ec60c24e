import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { verifyText } from '@carillon/core/desired/signing';
import { releaseSchema } from '@carillon/core/upgrade/release';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';

let cli: CliHarness;
let server: FakeServer;
beforeEach(async () => {
  cli = new CliHarness();
  server = await FakeServer.start();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  cli.remove();
  await server.stop();
});

const at = '2026-11-26T08:00:00.000Z';

it('makes a key once, signs a file with it and hands the bytes over where the server has none', async () => {
  const key = join(cli.folder, 'release.key');
  const file = join(cli.folder, 'agent.cjs');
  writeFileSync(file, 'the program');
  const made = await cli.run('upgrade', 'key', key);
  const publicKey = made.stdout.trim();
  expect(publicKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(statSync(key).mode & 0o077).toBe(0);
  const before = readFileSync(key, 'utf8');
  expect((await cli.run('upgrade', 'key', key)).exitCode).toBe(1);
  expect(readFileSync(key, 'utf8')).toBe(before);

  const state = (received: number) => ({
    sha256: 'a'.repeat(64),
    version: '0.2.0',
    platform: 'node' as const,
    bytes: 11,
    received,
    complete: received === 11,
    expiresAt: at,
    author: 'x',
    createdAt: at,
  });
  server.on(upgradeRoutes.publish, () => state(4));
  server.on(upgradeRoutes.part, () => state(11));
  const options = ['--agent-version', '0.2.0', '--platform', 'node', '--key', key];
  expect((await cli.run('upgrade', 'publish', file, ...options)).stdout).toContain(
    'published 0.2.0 for node, 11 bytes',
  );
  const [announced, part] = server.calls.map(({ asked }) => asked.body as Record<string, string>);
  const text = announced?.text ?? '';
  expect(verifyText(publicKey, 'carillon/v1/release', text, announced?.signature ?? '')).toBe(true);
  expect(releaseSchema.parse(JSON.parse(text))).toMatchObject({ version: '0.2.0', bytes: 11 });
  expect(part).toMatchObject({ offset: 4, data: Buffer.from('program').toString('base64') });
});

it('says which option is wrong', async () => {
  const file = join(cli.folder, 'agent.cjs');
  writeFileSync(file, 'x');
  const publish = (...options: string[]) => cli.run('upgrade', 'publish', file, '--key', file, ...options);
  const version = await publish('--agent-version', '2', '--platform', 'node');
  expect([version.exitCode, version.stderr]).toEqual([2, expect.stringContaining('--agent-version')]);
  const key = await publish('--agent-version', '0.2.0', '--platform', 'node');
  expect([key.exitCode, key.stderr]).toEqual([2, expect.stringContaining('--key')]);
  const plan = await cli.run('upgrade', 'plan', '0.2.0');
  expect([plan.exitCode, plan.stderr]).toEqual([2, expect.stringContaining('--all')]);
});

it('plans rings and shows where hosts stand', async () => {
  server.on(upgradeRoutes.setRing, ({ body }) => ({
    id: '01890000-0000-7000-8000-000000000001',
    version: '0.2.0',
    target: 'labels env=test',
    percent: (body as { percent: number }).percent,
    healthWithinMinutes: 5,
    author: 'x',
    updatedAt: at,
  }));
  const planned = await cli.run('upgrade', 'plan', '0.2.0', '--label', 'env=test', '--percent', '10');
  expect(planned.stdout).toBe('0.2.0 goes to 10 % of labels env=test\n');
  expect(server.calls[0]?.asked.body).toMatchObject({ target: { labels: { env: 'test' } }, percent: 10 });

  const message = 'version 0.2.0 did not come up';
  const last = { version: '0.2.0', state: 'failed' as const, code: 'reverted', message, at };
  server.on(upgradeRoutes.hosts, () => ({
    items: [
      { host: 'web-01', version: '0.1.0', wanted: '0.2.0', reason: 'failed_here' as const, last },
      { host: 'web-02', version: '0.1.0', wanted: '0.2.0', reason: null, last: null },
    ],
    next: null,
  }));
  const { stdout } = await cli.run('upgrade', 'status');
  expect(stdout).toContain('went back from it');
  expect(stdout).toContain(message);
  expect(stdout).toMatch(/web-02 .*offered/);
});
