import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleHost, sampleId, sampleToken } from '../testing/samples.js';

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

const keyFingerprint = '3f2a-0000-0000-0000-0000-0000-0000-0001';
const identity = {
  ...{
    name: 'web-01',
    state: 'active' as const,
    keyFingerprint,
    keySince: '2026-11-24T08:00:00.000Z',
    keyWanted: false,
  },
  ...{ joinedFrom: '10.1.2.3', joinedAt: '2026-11-24T08:00:00.000Z', tasks: 3, retiredAt: null },
  copies: [
    {
      ...{ instance: sampleId(7), state: 'quarantined' as const, hostname: 'clone-7', machine: 'eeeeeeee' },
      lastSeenAt: '2026-11-24T08:00:00.000Z',
    },
  ],
};

it('lets a host in by the key that somebody read there, and says which hosts wait', async () => {
  server.on(hostRoutes.list, () => ({
    items: [sampleHost('web-01', { state: 'pending', keyFingerprint, joinedFrom: '10.1.2.3' })],
    next: null,
  }));
  expect((await cli.run('hosts', '--state', 'pending')).stdout).toContain('web-01  pending');
  server.on(admissionRoutes.approve, () => ({ name: 'web-01', keyFingerprint }));
  const answer = await cli.run('hosts', 'approve', 'web-01', '--fingerprint', keyFingerprint);
  expect(answer.stdout).toBe(`host web-01 is let in, key ${keyFingerprint}\n`);
  expect(server.calls.at(-1)?.asked.body).toEqual({ fingerprint: keyFingerprint });
  expect((await cli.run('hosts', 'approve', 'web-01')).stderr).toContain('compare the key');
  server.on(admissionRoutes.refuse, () => ({ name: 'web-01' }));
  expect((await cli.run('hosts', 'refuse', 'web-01')).stdout).toBe('host web-01 is sent away\n');
});

it('takes a host out, and says what that does', async () => {
  server.on(admissionRoutes.identity, () => identity);
  server.on(admissionRoutes.decommission, ({ body }) => ({
    name: 'web-01',
    state: (body as { force: boolean }).force ? ('retired' as const) : ('decommissioning' as const),
  }));
  const answer = await cli.run('hosts', 'decommission', 'web-01');
  expect(answer.stdout).toBe('host web-01 is decommissioning\n');
  expect(answer.stderr).toContain('it removes 3 tasks of ours');
  expect((await cli.run('hosts', 'decommission', 'web-01', '--force')).stdout).toBe('host web-01 is retired\n');
});

it('shows by what a host is known, and says which of two is the host', async () => {
  server.on(admissionRoutes.identity, () => identity);
  const shown = (await cli.run('hosts', 'identity', 'web-01')).stdout;
  expect(shown).toContain(keyFingerprint);
  expect(shown).toContain(`${sampleId(7)}  quarantined  clone-7`);
  server.on(admissionRoutes.keepCopy, () => ({ name: 'web-01', hostname: 'clone-7' }));
  expect((await cli.run('hosts', 'keep', 'web-01', sampleId(7))).stdout).toContain('the agent on clone-7');
  server.on(admissionRoutes.rotateKey, () => ({ name: 'web-01', isConnected: false }));
  expect((await cli.run('hosts', 'rotate-key', 'web-01')).stdout).toContain('when it comes back');
});

it('binds a token', async () => {
  server.on(hostRoutes.createToken, () => ({ ...sampleToken(), token: 'join-me' }));
  const words = ['--from', '10.0.0.0/8', '--hosts', 'web-*', '--approve'];
  expect((await cli.run('token', 'create', ...words)).stdout).toBe('join-me\n');
  expect(server.calls.at(-1)?.asked.body).toMatchObject({
    ...{ addresses: ['10.0.0.0/8'], hostNames: 'web-*', needsApproval: true },
  });
  const bound = { ...sampleToken(), addresses: ['10.0.0.0/8'], hostNames: 'web-*', needsApproval: true, author: 'Ann' };
  server.on(hostRoutes.tokens, () => ({ items: [bound], next: null }));
  expect((await cli.run('token', 'list')).stdout).toContain('from 10.0.0.0/8, hosts web-*, needs approval');
});
