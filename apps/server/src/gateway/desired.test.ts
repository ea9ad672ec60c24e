import { hostIndex } from '@carillon/contract/agent/desired-messages';
import { limits } from '@carillon/contract/limits';
import { SoftAuthenticator } from '@carillon/core/approval/testing/soft-authenticator';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair, signText, verifyText } from '@carillon/core/desired/signing';
import { describe, expect, it, vi } from 'vitest';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { deleteJob, putJob, type TestJob } from './testing/jobs.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId } from './testing/run-events.js';
import { type AgentIdentity, facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

async function welcomed(on: TestGateway = gateway) {
  const agent = await ScriptedAgent.dial(on.port);
  const hostname = `host-${newId()}`;
  const identity = await agent.enroll(await joinToken(on), { hostname });
  await agent.hello(identity);
  return { agent, identity, hostname };
}

/** Asks for the desired state and takes all its pages. */
async function fetchDesired(agent: ScriptedAgent, haveManifests: string[] = [], more: object = {}) {
  const id = agent.send('desired.get', { rev: 0, haveManifests, ...more });
  const pages = [await agent.take('desired.state')];
  while (pages.length < (pages[0]?.body.pages ?? 0)) pages.push(await agent.take('desired.state'));
  for (const page of pages) expect(page.re).toBe(id);
  const bodies = pages.map((page) => page.body);
  const first = bodies[0];
  if (!first) throw new Error('no page');
  return {
    bodies,
    index: hostIndex.parse(JSON.parse(first.index)),
    manifests: bodies.flatMap((body) => body.manifests),
  };
}

async function assignment({ agentId }: AgentIdentity, { jobId }: TestJob) {
  const [row] = await gateway.rows(
    'SELECT state, version, applied_version, code, message FROM assignment WHERE host_id = $1 AND job_id = $2',
    [agentId, jobId],
  );
  return row;
}

describe('the desired state', () => {
  it('is announced by a hint, handed out signed and marked delivered', async () => {
    const { agent, identity, hostname } = await welcomed();
    const job = await putJob(gateway, [hostname]);
    const notice = await agent.take('desired.notice');
    expect(notice.body.rev).toBe(1);
    expect(await assignment(identity, job)).toMatchObject({ state: 'desired' });
    const { index, manifests, bodies } = await fetchDesired(agent);
    expect(index).toMatchObject({ hostId: identity.agentId, rev: 1, hash: notice.body.hash, entries: [job] });
    expect(desiredHash(index.entries)).toBe(index.hash);
    const key = gateway.signer.publicKey;
    const page = bodies[0];
    expect(verifyText(key, 'carillon/v1/index', page?.index ?? '', page?.indexSignature ?? '')).toBe(true);
    expect(manifests).toHaveLength(1);
    for (const { text, signature } of manifests)
      expect(verifyText(key, 'carillon/v1/manifest', text, signature)).toBe(true);
    await vi.waitFor(async () => expect(await assignment(identity, job)).toMatchObject({ state: 'delivered' }));
  });

  it('comes with what approvers signed of it, for who asks: by security keys only for who knows them', async () => {
    const { agent, hostname } = await welcomed();
    const { jobId, version } = await putJob(gateway, [hostname]);
    const ann = makeKeyPair();
    const blue = new SoftAuthenticator('https://carillon.example.com');
    const signature = signText(ann.privateKey, 'carillon/v1/approval', '{}');
    const signed = [{ text: '{}', signature, key: ann.publicKey }, blue.approve('{}')];
    for (const one of signed)
      await gateway.rows(
        `INSERT INTO definition_approval (job_id, version, key, text, signature, signed_by) VALUES ($1, $2, $3, $4, $5, 'ann')`,
        [jobId, version, one.key, one.text, one.signature],
      );
    const told = async (more: object) =>
      (await fetchDesired(agent, [], more)).bodies.flatMap(({ approvals }) => approvals ?? []);
    expect(await told({})).toEqual([]);
    expect(await told({ approvals: true })).toEqual(signed.slice(0, 1));
    expect(await told({ approvals: true, webauthn: true })).toEqual(signed);
  });

  it('comes without the manifests that the agent has', async () => {
    const { agent, hostname } = await welcomed();
    const had = await putJob(gateway, [hostname]);
    const fresh = await putJob(gateway, [hostname]);
    const { index, manifests } = await fetchDesired(agent, [had.manifestHash]);
    expect(index.entries).toHaveLength(2);
    expect(manifests.map(({ text }) => JSON.parse(text).jobId)).toEqual([fresh.jobId]);
  });

  it('comes in pages below the frame limit, each with the whole index', async () => {
    const { agent, hostname } = await welcomed();
    for (let count = 0; count < 7; count += 1) await putJob(gateway, [hostname], { bytes: 90_000 });
    const { bodies, manifests } = await fetchDesired(agent);
    expect(bodies.length).toBeGreaterThan(3);
    expect(bodies.map((body) => body.page)).toEqual(bodies.map((_body, index) => index + 1));
    expect(new Set(bodies.map((body) => body.index)).size).toBe(1);
    expect(new Set(manifests.map(({ text }) => text)).size).toBe(7);
    for (const body of bodies) expect(JSON.stringify(body).length).toBeLessThan(limits.textFrameBytes);
  });

  it('is told again at a heartbeat when the agent holds another one', async () => {
    const { agent, hostname } = await welcomed();
    await putJob(gateway, [hostname]);
    const { body } = await agent.take('desired.notice');
    const nothing = desiredHash([]);
    const spool = { epoch: 1, first: 1, next: 1 };
    agent.send('agent.heartbeat', { desired: { rev: 0, hash: nothing }, observedHash: nothing, spool });
    expect((await agent.take('desired.notice')).body).toEqual(body);
    agent.send('agent.heartbeat', { desired: body, observedHash: nothing, spool });
    await fetchDesired(agent);
    expect(agent.names()).toEqual([]);
  });

  it('is announced by the poll when the hint was lost', async () => {
    const deaf = await startGateway(gateway.databaseUrl, { folder: gateway.folder, pollMs: 20 });
    const { agent, hostname } = await welcomed(deaf);
    await putJob(gateway, [hostname]);
    expect((await agent.take('desired.notice')).body.rev).toBe(1);
    await deaf.close();
  });

  it('is in the welcome after it changed while the agent was away', async () => {
    const { agent, identity, hostname } = await welcomed();
    await agent.hangUp();
    await putJob(gateway, [hostname]);
    const again = await ScriptedAgent.dial(gateway.port);
    expect((await again.hello(identity)).desired.rev).toBe(1);
  });
});

describe('apply.status', () => {
  const observedHash = 'd'.repeat(64);

  it('moves assignments, and says why one was not applied', async () => {
    const { agent, identity, hostname } = await welcomed();
    const jobs = [
      await putJob(gateway, [hostname]),
      await putJob(gateway, [hostname]),
      await putJob(gateway, [hostname]),
    ];
    const [good, failed, rejected] = jobs as [TestJob, TestJob, TestJob];
    const status = (job: TestJob) => ({ jobId: job.jobId, version: job.version });
    agent.send('apply.status', {
      rev: 3,
      observedHash,
      jobs: [
        { ...status(good), state: 'applied' },
        { ...status(failed), state: 'failed', code: 'schtasks', message: 'ERROR: \0 access denied' },
        { ...status(rejected), state: 'rejected', code: 'signature' },
      ],
    });
    await fetchDesired(agent);
    expect(await assignment(identity, good)).toMatchObject({ state: 'applied', applied_version: 1, code: null });
    expect(await assignment(identity, failed)).toMatchObject({
      state: 'failed',
      code: 'schtasks',
      message: 'ERROR: ␀ access denied',
    });
    expect(await assignment(identity, rejected)).toMatchObject({ state: 'rejected', applied_version: null });
  });

  it('of a job that the host has in a newer version tells which, within reason', async () => {
    const { agent, identity, hostname } = await welcomed();
    const jobs = [await putJob(gateway, [hostname]), await putJob(gateway, [hostname])] as [TestJob, TestJob];
    const status = ({ jobId, version }: TestJob) => ({ jobId, version, state: 'rejected', code: 'rollback' }) as const;
    agent.send('apply.status', {
      rev: 2,
      observedHash,
      jobs: [
        { ...status(jobs[0]), registeredVersion: 7 },
        { ...status(jobs[1]), registeredVersion: 2 ** 31 - 1 },
      ],
    });
    await fetchDesired(agent);
    expect(await assignment(identity, jobs[0])).toMatchObject({ state: 'rejected', applied_version: 7 });
    expect(await assignment(identity, jobs[1])).toMatchObject({ state: 'rejected', applied_version: null });
  });

  it('about an older version is old news', async () => {
    const { agent, identity, hostname } = await welcomed();
    const old = await putJob(gateway, [hostname]);
    const next = await putJob(gateway, [hostname], { jobId: old.jobId, version: 2 });
    agent.send('apply.status', { rev: 1, observedHash, jobs: [{ jobId: old.jobId, version: 1, state: 'applied' }] });
    await fetchDesired(agent);
    expect((await assignment(identity, next))?.state).not.toBe('applied');
  });

  it('is told to open dashboards', async () => {
    const { agent, identity } = await welcomed();
    const told = new Promise<void>((done) => {
      const stop = gateway.hints.subscribe(({ kind, hostIds }) => {
        if (kind !== 'reported' || !hostIds.includes(identity.agentId)) return;
        stop();
        done();
      });
    });
    agent.send('apply.status', { rev: 3, observedHash, jobs: [] });
    await told;
  });

  it('that a job is removed ends its assignment', async () => {
    const { agent, identity, hostname } = await welcomed();
    const job = await putJob(gateway, [hostname]);
    await deleteJob(gateway, job);
    expect(await assignment(identity, job)).toMatchObject({ state: 'removing' });
    agent.send('apply.status', { rev: 2, observedHash, jobs: [{ jobId: job.jobId, version: 1, state: 'removed' }] });
    await fetchDesired(agent);
    expect(await assignment(identity, job)).toBeUndefined();
  });
});

describe('a job that an agent would misread', () => {
  const needs = ['conditions'];
  const held = async ({ agentId }: AgentIdentity, { jobId }: TestJob) => {
    const sql =
      'SELECT version, held_version AS held, held_reason AS reason FROM assignment WHERE host_id = $1 AND job_id = $2';
    return (await gateway.rows(sql, [agentId, jobId]))[0];
  };
  const entriesFor = async (agent: ScriptedAgent) => {
    const { index } = await fetchDesired(agent);
    expect(desiredHash(index.entries)).toBe(index.hash);
    return index.entries;
  };

  it('is not told to it until it can do more, and taken back when it can do less again', async () => {
    const { agent, identity, hostname } = await welcomed();
    const job = await putJob(gateway, [hostname], { needs });
    expect(await entriesFor(agent)).toEqual([]);
    expect(await held(identity, job)).toEqual({
      version: 1,
      held: 1,
      reason: 'its agent cannot do conditions; upgrade it',
    });
    await agent.hangUp();

    const hello = async (capabilities: string[]) => {
      const again = await ScriptedAgent.dial(gateway.port);
      const { desired } = await again.hello(identity, { facts: { ...facts, hostname, capabilities } });
      const entries = await entriesFor(again);
      expect(desired.hash).toBe(desiredHash(entries));
      await again.hangUp();
      return entries;
    };
    expect(await hello(['conditions'])).toEqual([job]);
    expect(await held(identity, job)).toMatchObject({ held: null, reason: null });
    expect(await hello(['watch'])).toEqual([]);
    expect(await held(identity, job)).toMatchObject({ held: 1 });
  });

  it('stays in its older version where that can be done, until a version comes that can be done too', async () => {
    const { agent, identity, hostname } = await welcomed();
    const first = await putJob(gateway, [hostname]);
    const { jobId } = first;
    await putJob(gateway, [hostname], { jobId, version: 2, needs });
    expect(await entriesFor(agent)).toEqual([first]);
    expect(await held(identity, first)).toMatchObject({ version: 1, held: 2 });
    const observedHash = desiredHash([first]);
    agent.send('apply.status', { rev: 2, observedHash, jobs: [{ jobId, version: 1, state: 'applied' }] });
    expect(await entriesFor(agent)).toEqual([first]);
    expect(await held(identity, first)).toMatchObject({ version: 1, held: 2 });
    const third = await putJob(gateway, [hostname], { jobId, version: 3 });
    expect(await entriesFor(agent)).toEqual([third]);
    expect(await held(identity, first)).toMatchObject({ version: 3, held: null });
  });

  it('is gone when the job is', async () => {
    const { agent, identity, hostname } = await welcomed();
    const job = await putJob(gateway, [hostname], { needs });
    await deleteJob(gateway, job);
    expect(await entriesFor(agent)).toEqual([]);
    agent.send('apply.status', { rev: 2, observedHash: desiredHash([]), jobs: [] });
    await vi.waitFor(async () => expect(await held(identity, job)).toBeUndefined());
  });
});
