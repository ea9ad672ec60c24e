import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedHost } from '@carillon/agent/simulate/simulated-host';
import { ApprovalKeeper, memoryApprovals } from '@carillon/agent/state/approvals';
import { api } from '@carillon/contract/http/api';
import { callRoute } from '@carillon/contract/http/client';
import {
  type Approval,
  type ApprovalRule,
  approvalText,
  approverFingerprint,
  approverKeyProof,
  type SignedApproval,
  signApproval,
} from '@carillon/core/approval/signed-approval';
import { type Otherwise, SoftAuthenticator } from '@carillon/core/approval/testing/soft-authenticator';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair, rawPublicKey, signText } from '@carillon/core/desired/signing';
import type { ProposedIndex } from '@carillon/core/signing/accepted-book';
import { ApplyModule } from '@carillon/server/features/apply/apply.module';
import { ApprovalsModule } from '@carillon/server/features/approvals/approvals.module';
import { CommandsModule } from '@carillon/server/features/commands/commands.module';
import { EnrolmentTokensModule } from '@carillon/server/features/enrolment-tokens/enrolment-tokens.module';
import { HostsModule } from '@carillon/server/features/hosts/hosts.module';
import { JobsModule } from '@carillon/server/features/jobs/jobs.module';
import { AgentGateway } from '@carillon/server/gateway/agent-gateway';
import { GatewayModule } from '@carillon/server/gateway/gateway.module';
import { makeApiToken } from '@carillon/server/http/api-token';
import { hashSecret } from '@carillon/server/http/secrets';
import { startTestApp, type TestApp } from '@carillon/server/http/testing/test-app';
import { HINTS, type Hints } from '@carillon/server/queue/hints';
import { Signer } from '@carillon/server/shared/signer';
import { jobFile } from '@carillon/server/store/testing/fleet';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinCounted, until } from './attack/attacked-server.js';

/** An approver whom the host's own policy lists, and somebody who has all that the server has. */
const [ann, mallory] = [makeKeyPair(), makeKeyPair()];
/** The security key of another approver, of which the policy has the fingerprint. */
const blue = new SoftAuthenticator('https://carillon.example.com');
const rule: ApprovalRule = {
  count: 1,
  keys: [
    { key: ann.publicKey, of: 'ann' },
    { key: approverFingerprint(blue.key), of: 'wanda' },
  ],
};

/** A real agent, whose Task Scheduler only remembers. */
class CarefulHost extends SimulatedHost {
  rule: ApprovalRule | undefined;
  starts = 0;

  get tasks(): string {
    return JSON.stringify([...this.scheduler.tasks].sort());
  }

  /** Whether Task Scheduler has a job there, in this version. */
  has(job: string, version?: number): boolean {
    return this.tasks.includes(`(job ${job}, version ${version ?? ''}`);
  }

  get rev(): number {
    return this.cache.registered().rev;
  }

  protected override moreApplyPorts() {
    const side = () => ({ rule: this.rule, hostName: this.options.name });
    return { approvals: new ApprovalKeeper(memoryApprovals(), side) };
  }
}

let app: TestApp;
let drop: () => Promise<void>;
const folder = mkdtempSync(join(tmpdir(), 'carillon-taken-'));
const signerKeyFile = join(folder, 'signer.key');
const stop = new AbortController();
const lives: Promise<void>[] = [];
const hosts = new Map<string, CarefulHost>();
const hostNamed = (name: string) => hosts.get(name) as CarefulHost;
const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
let annsToken = '';
let wandasToken = '';

async function joinHost(name: string, asks?: ApprovalRule): Promise<void> {
  const { token } = await app.call(api.hosts.createToken, { body: { labels: {} } });
  const about = { server: app.origin, token, name };
  const { host, life } = await joinCounted(CarefulHost, about, stop.signal, (each) => {
    each.rule = asks;
  });
  hosts.set(name, host);
  lives.push(life);
}

async function addApprover(name: string): Promise<string> {
  const [id, { id: tokenId, token }] = [randomUUID(), makeApiToken()];
  const grants = JSON.stringify([{ role: 'approver', scope: { all: true } }]);
  await sql(
    `INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1, $2, $2, 'person', $3, 'test')`,
    [...[id, name, grants]],
  );
  await sql(
    `INSERT INTO api_token (id, account_id, name, hash, area, author, expires_at) VALUES ($1, $2, 't', $3, 'access', 'test', now() + interval '1 hour')`,
    [tokenId, id, hashSecret(token)],
  );
  return token;
}

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, {
    modules: [
      ...[ApplyModule, ApprovalsModule, JobsModule, CommandsModule],
      ...[HostsModule, EnrolmentTokensModule, GatewayModule],
    ],
    config: { signerKeyFile },
  });
  app.app.get(AgentGateway).attach(app.app.getHttpServer());
  annsToken = await addApprover('ann');
  await callRoute({ baseUrl: app.origin, token: annsToken }, api.approvals.addKey, {
    body: { key: ann.publicKey, name: 'a', proof: approverKeyProof(ann.privateKey, ann.publicKey, 'ann') },
  });
  wandasToken = await addApprover('wanda');
  await joinHost('SAFE-01', rule);
  await joinHost('OPEN-01');
});
afterAll(async () => {
  stop.abort();
  await Promise.all(lives);
  await app?.close();
  await drop?.();
  rmSync(folder, { recursive: true, force: true });
});

const both = { targets: { hosts: ['SAFE-01', 'OPEN-01'] } };
const apply = (name: string, program: string, targets: object = both) =>
  app.call(api.jobs.apply, { body: { documents: [jobFile(name, { ...targets, run: { program } })] } });
const toSign = (name: string) => app.call(api.approvals.toSign, { name });

/** What ann signs of the current version, changed as somebody may wish. */
async function signed(name: string, change: Partial<Approval> = {}, by = ann): Promise<SignedApproval> {
  const { jobId, version, manifestHash, author, hosts: names } = await toSign(name);
  return signApproval(by.privateKey, by.publicKey, {
    jobId,
    name,
    version,
    manifestHash,
    author,
    hosts: names,
    ...change,
  });
}

/** The same by a security key. */
async function touched(name: string, otherwise: Otherwise = {}, by = blue): Promise<SignedApproval> {
  const { manifest: _m, approvals: _a, refusedBy: _r, ...definition } = await toSign(name);
  return by.approve(approvalText(definition), otherwise);
}

/** What only who has the database can hand in: the server refuses most of it. */
async function smuggle(name: string, { text, signature, key }: SignedApproval): Promise<void> {
  await sql(
    `INSERT INTO definition_approval (job_id, version, key, text, signature, signed_by)
     SELECT id, current_version, $2, $3, $4, 'ann' FROM job WHERE name = $1 AND deleted_at IS NULL
     ON CONFLICT (job_id, version, key) DO UPDATE SET text = excluded.text, signature = excluded.signature`,
    [name, key, text, signature],
  );
}

async function push(): Promise<void> {
  await sql('UPDATE host SET desired_rev = desired_rev + 1, desired_hash = desired_hash_of(id)');
  const ids = (await sql('SELECT id FROM host')).map(({ id }) => id);
  app.app.get<Hints>(HINTS).publish({ kind: 'desired', hostIds: ids });
  const [{ rev }] = await sql(`SELECT desired_rev::float8 AS rev FROM host WHERE name = 'SAFE-01'`);
  await until(() => expect(hostNamed('SAFE-01').rev).toBe(rev));
}

const assignmentOf = async (job: string) =>
  (
    await sql(
      `SELECT a.state, a.code, a.message, a.version FROM assignment a JOIN job j ON j.id = a.job_id JOIN host h ON h.id = a.host_id
       WHERE j.name = $1 AND h.name = 'SAFE-01'`,
      [job],
    )
  )[0];

/** From now on the signer signs whatever it is asked to, as one does whose process, key and book are in other hands. */
function takeSigner(): void {
  const privateKey = createPrivateKey(readFileSync(signerKeyFile, 'utf8'));
  const signedBy = rawPublicKey(createPublicKey(privateKey));
  const signer = app.app.get(Signer);
  const honest = Reflect.get(signer, 'asks') as (call: string, ask: object) => Promise<unknown>;
  const signIndex = ({ hostId, rev, entries, pause }: ProposedIndex) => {
    const text = canonicalJson({
      ...{ kind: 'carillon/index/v1', hostId, rev, hash: desiredHash(entries, pause), signedBy },
      entries: entries.map(({ jobId, version, manifestHash }) => ({ jobId, version, manifestHash })),
      issuedAt: new Date().toISOString(),
      notAfter: new Date(Date.now() + 600_000).toISOString(),
    } as unknown as Json);
    return { text, signature: signText(privateKey, 'carillon/v1/index', text) };
  };
  Reflect.set(signer, 'asks', async (call: string, ask: { proposals?: ProposedIndex[] }) =>
    call === 'indexes' ? (ask.proposals ?? []).map(signIndex) : honest(call, ask),
  );
}

describe('a host that asks for approvals', () => {
  it('registers nothing that only the server signed, and says why', async () => {
    await apply('Backup', 'C:\\one.exe');
    await until(() => expect(hostNamed('OPEN-01').has('Backup', 1)).toBe(true));
    await until(async () =>
      expect(await assignmentOf('Backup')).toMatchObject({ state: 'rejected', code: 'not_approved' }),
    );
    expect((await assignmentOf('Backup')).message).toMatch(/asks for 1 signatures of approvers, it has 0/);
    expect((await toSign('Backup')).refusedBy).toEqual(['SAFE-01']);
    expect(hostNamed('SAFE-01').has('Backup')).toBe(false);
  });

  it('registers what an approver has signed, as soon as that is known', async () => {
    const hand = (body: SignedApproval) =>
      callRoute({ baseUrl: app.origin, token: annsToken }, api.approvals.sign, { name: 'Backup', body });
    await expect(hand(await signed('Backup', { version: 7 }))).rejects.toMatchObject({ body: { code: 'invalid' } });
    await hand(await signed('Backup'));
    await until(() => expect(hostNamed('SAFE-01').has('Backup', 1)).toBe(true));
    await until(async () => expect(await assignmentOf('Backup')).toMatchObject({ state: 'applied', code: null }));
  });

  it('registers what a security key has signed, whose fingerprint its policy has', async () => {
    const as = { baseUrl: app.origin, token: wandasToken };
    const about = { name: 'blue', credentialId: 'Ymx1ZQ' };
    const register = (key: string, proof: string) =>
      callRoute(as, api.approvals.addKey, { body: { ...about, key, proof } });
    // Nobody registers a key that he does not hold, or that was shown to be another's.
    await expect(register(blue.key, blue.proof('ann'))).rejects.toMatchObject({ body: { code: 'invalid' } });
    await expect(register(blue.key, new SoftAuthenticator(blue.origin).proof('wanda'))).rejects.toMatchObject({
      body: { code: 'invalid' },
    });
    const { fingerprint, credentialId } = await register(blue.key, blue.proof('wanda'));
    expect({ fingerprint, credentialId }).toEqual({
      fingerprint: approverFingerprint(blue.key),
      credentialId: 'Ymx1ZQ',
    });
    await apply('Touched', 'C:\\touched.exe');
    const hand = (body: SignedApproval) => callRoute(as, api.approvals.sign, { name: 'Touched', body });
    await expect(hand(await touched('Touched', { flags: 0x01 }))).rejects.toMatchObject({ body: { code: 'invalid' } });
    const good = await touched('Touched');
    await hand(good);
    await until(() => expect(hostNamed('SAFE-01').has('Touched', 1)).toBe(true));
    await expect(hand(good)).rejects.toMatchObject({ body: { params: { reason: 'used_before' } } });
  });

  it('runs what was approved when the server says so', async () => {
    await app.call(api.jobs.run, { name: 'Backup', body: { hosts: ['SAFE-01'] } });
    await until(() => expect(hostNamed('SAFE-01').starts).toBe(1));
  });
});

describe('a server in other hands', () => {
  beforeAll(takeSigner);

  it.each<[string, () => Promise<SignedApproval>, RegExp]>([
    ['without an approval', () => signed('Backup', {}, mallory), /does not list this key/],
    ['with the approval of the version before', () => signed('Backup', { version: 1 }), /is for version 1/],
    ['with the approval of another definition', () => signed('Backup', { manifestHash: 'a'.repeat(64) }), /it has 0/],
    ['with an approval for other hosts', () => signed('Backup', { hosts: ['open-01'] }), /does not name this host/],
    ['that its approver wrote himself', () => signed('Backup', { author: 'ann' }), /wrote the definition himself/],
    [
      'with a signature of somebody else',
      async () => ({ ...(await signed('Backup', {}, mallory)), key: ann.publicKey }),
      /not good/,
    ],
    [
      'of an approval that is over',
      () => signed('Backup', { expiresAt: '2026-01-01T00:00:00.000Z' }),
      /was good until/,
    ],
    [
      'with a security key of its own in the place of the one that is listed',
      async () => touched('Backup', {}, new SoftAuthenticator(blue.origin)),
      /does not list this key/,
    ],
    [
      'with a signature of its own security key under the name of the listed one',
      async () => ({ ...(await touched('Backup', {}, new SoftAuthenticator(blue.origin))), key: blue.key }),
      /the key did not sign it/,
    ],
    [
      'signed on a page of its own name',
      () => touched('Backup', { client: { origin: 'https://evil.example' } }),
      /page of/,
    ],
    ['signed for another relying party', () => touched('Backup', { rpId: 'evil.example' }), /another relying party/],
    ['signed by a touch without PIN or finger', () => touched('Backup', { flags: 0x01 }), /not verified/],
    ['signed in a frame', () => touched('Backup', { client: { crossOrigin: true } }), /in a frame/],
    [
      'with the touch for another job',
      async () => ({ ...(await touched('Backup')), signature: (await touched('Touched')).signature }),
      /of other texts/,
    ],
  ])('gets no new definition onto the host: %s', async (what, forge, words) => {
    const before = hostNamed('SAFE-01').tasks;
    await apply('Backup', `C:\\evil-${what.replaceAll(' ', '-')}.exe`);
    const { version } = await toSign('Backup');
    const forged = await forge();
    await smuggle('Backup', forged);
    await push();
    await until(() => expect(hostNamed('OPEN-01').has('Backup', version)).toBe(true));
    await until(async () =>
      expect(await assignmentOf('Backup')).toMatchObject({
        code: 'not_approved',
        message: expect.stringMatching(words),
      }),
    );
    expect(hostNamed('SAFE-01').tasks).toBe(before);
  });

  it('gets no approval of one job to count for another', async () => {
    await apply('Other', 'C:\\other.exe');
    await smuggle('Other', await signed('Backup'));
    await push();
    await until(async () => expect((await assignmentOf('Other')).code).toBe('not_approved'));
    expect(hostNamed('SAFE-01').has('Other')).toBe(false);
  });

  it('goes back to nothing older, not even to what was approved once and was taken off in between', async () => {
    await apply('Backup', 'C:\\three.exe');
    await smuggle('Backup', await signed('Backup'));
    await push();
    const { version } = await toSign('Backup');
    await until(() => expect(hostNamed('SAFE-01').has('Backup', version)).toBe(true));
    const [assigned] = await sql(
      `SELECT a.* FROM assignment a JOIN job j ON j.id = a.job_id JOIN host h ON h.id = a.host_id WHERE j.name = 'Backup' AND h.name = 'SAFE-01'`,
    );
    await sql('DELETE FROM assignment WHERE job_id = $1 AND host_id = $2', [assigned.job_id, assigned.host_id]);
    await push();
    await until(() => expect(hostNamed('SAFE-01').has('Backup')).toBe(false));
    // Version 1 is approved, for this very host; its approval is in the database still.
    await sql(
      `INSERT INTO assignment (job_id, host_id, version, manifest_hash)
       SELECT job_id, $2, version, manifest_hash FROM job_version WHERE job_id = $1 AND version = 1`,
      [assigned.job_id, assigned.host_id],
    );
    await push();
    await until(async () =>
      expect(await assignmentOf('Backup')).toMatchObject({
        ...{ code: 'not_approved', version: 1 },
        message: expect.stringContaining('an older one is not taken any more'),
      }),
    );
    // That it could be taken off is allowed; it shows as missing there.
    expect(hostNamed('SAFE-01').has('Backup')).toBe(false);
  });
});
