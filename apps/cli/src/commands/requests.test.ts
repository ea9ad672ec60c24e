import { statSync } from 'node:fs';
import { join } from 'node:path';
import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import {
  isApproverKeyProof,
  isSignedApproval,
  readApproval,
  type SignedApproval,
} from '@carillon/core/approval/signed-approval';
import { canonicalJson, sha256Hex } from '@carillon/core/desired/canonical-json';
import { readDocument } from '@carillon/core/document/read-document';
import { asJson, makeManifest } from '@carillon/core/job/job-spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';

let server: FakeServer;
let cli: CliHarness;

beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  const key = join(cli.folder, 'keys', 'approver.key');
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token, CARILLON_APPROVER_KEY: key };
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

const document = {
  kind: 'Job',
  name: 'nightly',
  targets: { hosts: ['DB-01'] },
  schedule: '0 2 * * *',
  run: 'C:\\x.exe',
};
const jobId = '00000000-0000-7000-8000-000000000001';
const keyPath = () => cli.env.CARILLON_APPROVER_KEY ?? '';

function definition(program = 'C:\\x.exe', hosts = ['DB-01']): Response<typeof approvalRoutes.toSign> {
  const read = readDocument({ ...document, run: program });
  if (!read.ok || read.value.kind !== 'Job') throw new Error('expected a job');
  const manifest = canonicalJson(asJson(makeManifest(jobId, 4, read.value.spec)));
  const manifestHash = sha256Hex(manifest);
  return {
    jobId,
    name: 'nightly',
    version: 4,
    manifest,
    manifestHash,
    author: 'carol',
    hosts,
    approvals: [],
    refusedBy: hosts,
  };
}

function takeSignatures(): SignedApproval[] {
  const taken: SignedApproval[] = [];
  server.on(approvalRoutes.sign, ({ body }) => {
    taken.push(body as SignedApproval);
    return { job: 'nightly', version: 4, hosts: 1 };
  });
  return taken;
}

describe('approver-key', () => {
  it('makes one that only its owner can read, and never another in its place', async () => {
    const made = await cli.run('approver-key', 'new', '--json');
    const { key, fingerprint } = JSON.parse(made.stdout);
    expect(statSync(keyPath()).mode & 0o777).toBe(0o600);
    expect(fingerprint).toBe(sha256Hex(key).slice(0, 32));
    expect(await cli.run('approver-key', 'new')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('not overwritten'),
    });
    server.on(sessionRoutes.me, () => ({ name: 'Ann', via: 'token' as const, expiresAt: null }));
    server.on(approvalRoutes.addKey, ({ body }) => {
      const sent = body as { key: string; name: string; proof: string };
      expect(isApproverKeyProof({ key, owner: 'ann', proof: sent.proof })).toBe(true);
      expect(JSON.stringify(sent)).not.toContain('PRIVATE');
      return { key, fingerprint, owner: 'ann', name: sent.name, createdAt: '2026-11-28T00:00:00.000Z' };
    });
    expect(await cli.run('approver-key', 'register')).toMatchObject({ exitCode: 0 });
  });
});

describe('approve', () => {
  it('shows what it would sign, and signs exactly that', async () => {
    const taken = takeSignatures();
    server.on(approvalRoutes.toSign, () => definition());
    const shown = await cli.run('approve', 'nightly');
    expect(shown.stdout).toContain('C:\\\\x.exe');
    const hash = /--expect ([0-9a-f]{16})/.exec(shown.stderr)?.[1] ?? '';
    expect(await cli.run('approve', 'nightly', '--expect', hash)).toMatchObject({
      stderr: expect.stringContaining('approver-key new'),
    });
    const { key } = JSON.parse((await cli.run('approver-key', 'new', '--json')).stdout);
    expect(await cli.run('approve', 'nightly', '--expect', hash)).toMatchObject({ exitCode: 0 });
    expect(taken).toHaveLength(1);
    expect(isSignedApproval(taken[0] as SignedApproval)).toBe(true);
    expect(taken[0]?.key).toBe(key);
    expect(readApproval(taken[0]?.text ?? '')).toMatchObject({ version: 4, hosts: ['db-01'], author: 'carol' });
    // Another host in between.
    server.on(approvalRoutes.toSign, () => definition('C:\\x.exe', ['DB-01', 'DB-02']));
    expect(await cli.run('approve', 'nightly', '--expect', hash)).toMatchObject({ exitCode: 1 });
    // A hash that is not of what is shown.
    server.on(approvalRoutes.toSign, () => ({
      ...definition('C:\\evil.exe'),
      manifestHash: definition().manifestHash,
    }));
    expect(await cli.run('approve', 'nightly')).toMatchObject({
      stderr: expect.stringContaining('shows another definition'),
    });
    expect(taken).toHaveLength(1);
  });
});

describe('requests approve', () => {
  const hosts = (...names: string[]) => ({ count: names.length, hosts: names });
  const detail = (): Response<typeof requestRoutes.get> => ({
    ...{ number: 7, act: 'apply', title: 'apply Job nightly', state: 'open', author: 'carol', reason: null },
    ...{ groups: ['prod'], required: 1, approvals: [], planHash: '0123456789abcdef', endedAt: null, outcome: null },
    ...{ createdAt: '2026-11-28T07:00:00.000Z', expiresAt: '2026-12-05T07:00:00.000Z', refusal: null, changes: [] },
    jobs: [{ name: 'nightly', jobId, version: 4 }],
    hosts: ['DB-01'],
    plan: {
      results: [
        {
          ...{ kind: 'Job', name: 'nightly', change: 'created', version: 4, hosts: 1 },
          plan: {
            ...{ fields: [], gained: hosts('DB-01'), lost: hosts(), zones: [], hosts: ['DB-01'] },
            accounts: { before: [], after: [] },
          },
        },
      ],
      plan: { hash: '0123456789abcdef', moved: [] },
    },
    body: { body: { documents: [document] } },
  });
  const answerTo = () => {
    const { plan: _p, body: _b, refusal: _r, changes: _c, jobs: _j, hosts: _h, ...row } = detail();
    return { ...row, state: 'applied' as const };
  };
  const expectOf = async () => {
    const shown = await cli.run('requests', 'show', '7');
    return /--expect ([0-9a-f]{16}-[0-9a-f]{16})/.exec(shown.stderr)?.[1] ?? '';
  };

  /** What was approved, and what was signed with it. */
  const takeApprovals = () => {
    const taken: { planHash: string; signatures?: SignedApproval[] }[] = [];
    server.on(requestRoutes.approve, ({ body }) => {
      taken.push(body as (typeof taken)[number]);
      return answerTo();
    });
    return taken;
  };

  it('approves what was shown, and signs it where there is a key', async () => {
    server.on(requestRoutes.get, detail);
    const taken = takeApprovals();
    const expected = await expectOf();
    expect(await cli.run('requests', 'approve', '7', '--expect', expected)).toMatchObject({ exitCode: 0 });
    await cli.run('approver-key', 'new');
    const done = await cli.run('requests', 'approve', '7', '--expect', expected);
    expect(done.stdout).toContain('signed 1 job');
    expect(taken.map(({ signatures }) => signatures?.length ?? 0)).toEqual([0, 1]);
    const signed = taken[1]?.signatures?.[0] as SignedApproval;
    expect(isSignedApproval(signed)).toBe(true);
    // As the documents say it, worked out here.
    const { manifestHash } = definition();
    expect(readApproval(signed.text)).toMatchObject({
      jobId,
      version: 4,
      manifestHash,
      hosts: ['db-01'],
      author: 'carol',
    });
  });

  it('shows who signs what follows from a calendar, with its days', async () => {
    await cli.run('approver-key', 'new');
    const { plan } = detail();
    const [result] = plan?.results ?? [];
    if (!plan?.plan || !result?.plan) throw new Error('the sample has a plan');
    const other = { ...result, name: 'other', plan: { ...result.plan, document: { ...document, name: 'other-file' } } };
    const told = {
      ...plan,
      followed: [other],
      plan: { ...plan.plan, calendars: [{ name: 'holidays', days: ['12-25'] }] },
    };
    server.on(requestRoutes.get, () => ({ ...detail(), plan: told }));
    const { stdout } = await cli.run('requests', 'show', '7');
    for (const text of ['by a calendar: created job other', 'other-file', '12-25']) expect(stdout).toContain(text);
  });

  it('approves and signs nothing but what was looked at', async () => {
    await cli.run('approver-key', 'new');
    server.on(requestRoutes.get, detail);
    const taken = takeApprovals();
    const expected = await expectOf();
    const { plan } = detail();
    const [result] = plan?.results ?? [];
    if (!plan?.plan || !result?.plan) throw new Error('the sample has a plan');
    const followed = [{ ...result, name: 'other', plan: { ...result.plan, document: { ...document, name: 'other' } } }];
    const others: Partial<Response<typeof requestRoutes.get>>[] = [
      { plan: { ...plan, followed } },
      { plan: { ...plan, plan: { ...plan.plan, calendars: [{ name: 'holidays', days: ['12-25'] }] } } },
      { body: { body: { documents: [{ ...document, run: 'C:\\evil.exe' }] } } },
      { jobs: [{ name: 'nightly', jobId, version: 5 }] },
      { author: 'ann' },
      { planHash: 'f'.repeat(16) },
    ];
    for (const other of others) {
      server.on(requestRoutes.get, () => ({ ...detail(), ...other }));
      expect(await cli.run('requests', 'approve', '7', '--expect', expected)).toMatchObject({ exitCode: 1 });
    }
    expect(taken).toEqual([]);
  });
});
