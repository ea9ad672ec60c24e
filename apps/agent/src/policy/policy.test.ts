import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair } from '@carillon/core/desired/signing';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../lib/log.js';
import { runAgent } from '../programs/agent.js';
import { enroll } from '../programs/enroll.js';
import { describePolicy, policyReport, writeApprovalRule } from '../programs/policy.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { buildEmulator, emulatedSchtasks } from '../testing/emulated-scheduler.js';
import { FakeServer } from '../testing/fake-server.js';
import { entryOf, makeDesiredState, makeManifest, nodeProgram } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { loadPolicy, PolicyFile } from './policy-file.js';

beforeAll(buildEmulator, 120_000);

let server: FakeServer | undefined;
afterEach(() => server?.kill());

const text = (policy: object) => JSON.stringify(policy);

describe('the policy of a host', () => {
  it('keeps jobs out by a named rule, from the start and when it changes', async () => {
    const program = makeManifest({ name: 'program' });
    const script = makeManifest({ name: 'script', run: { ...nodeProgram(''), kind: 'batch', script: 'x' } as never });
    let agentId = '';
    server = await FakeServer.start({
      script: (connection, message) => {
        if (message.name !== 'desired.get') return false;
        connection.send('desired.state', makeDesiredState(agentId, 1, [program, script]));
        return true;
      },
    });
    server.desired = { rev: 1, hash: desiredHash([program, script].map(entryOf)) };
    const data = join(makeTempFolder(), 'agent');
    const store = makeTempFolder();
    mkdirSync(data);
    const folder = agentFolderAt(data);
    writeFileSync(folder.policy, text({ scripts: false, commands: ['stop'] }));
    const schtasksCommand = JSON.stringify(emulatedSchtasks(store));
    const token = 'carillon-join-0123456789abcdef';
    ({ agentId } = await enroll({ server: server.url, data, token, name: 'h', schtasksCommand }, {}));
    const controller = new AbortController();
    const ended = runAgent(data, silentLog, controller.signal);
    onTestFinished(async () => {
      controller.abort();
      await ended;
    });

    const session = await server.connection(1);
    const jobs = (await session.take('apply.status')).jobs;
    expect(jobs).toEqual([
      { jobId: program.jobId, version: 1, state: 'applied' },
      {
        jobId: script.jobId,
        version: 1,
        state: 'rejected',
        code: 'policy_scripts',
        message: expect.stringContaining('rule scripts'),
      },
    ]);
    const isRegistered = () => existsSync(join(store, 'Tasks', 'Carillon', 'program'));
    expect(isRegistered()).toBe(true);

    // The owner changes his mind: what is registered already goes as well, and says why.
    writeFileSync(folder.policy, text({ programs: ['/nowhere/'] }));
    await waitUntil(() => session.bodies('apply.status').length === 2, 'another report');
    const [first, second] = session.bodies('apply.status')[1]!.jobs;
    expect([first?.code, second?.code]).toEqual(['policy_programs', 'policy_scripts']);
    expect(isRegistered()).toBe(false);

    // A damaged file allows nothing.
    writeFileSync(folder.policy, '{ "programs": ');
    await waitUntil(() => session.bodies('apply.status').length === 3, 'a third report');
    expect(session.bodies('apply.status')[2]!.jobs.map(({ code }) => code)).toEqual([
      'policy_unreadable',
      'policy_unreadable',
    ]);
  });

  it('is not believed when others may write it', () => {
    const path = join(makeTempFolder(), 'policy.json');
    writeFileSync(path, text({}));
    chmodSync(path, 0o666);
    expect(loadPolicy(path)).toMatchObject({ ok: false, problems: [expect.stringContaining('chmod')] });
    const policy = new PolicyFile(path);
    expect(policy.judgeJob(makeManifest())).toMatchObject({ code: 'policy_unreadable' });
    expect(policy.judgeCommand('run').ok).toBe(false);
    chmodSync(path, 0o600);
    expect(policy.judgeJob(makeManifest()).ok).toBe(true);
  });

  it('can be looked at and tried out', () => {
    const data = makeTempFolder();
    expect(describePolicy(policyReport(data))).toContain('there is none');
    const file = join(data, 'try.json');
    writeFileSync(file, text({ runAs: 'system' }));
    expect(policyReport(data, file).problems).toEqual([expect.stringContaining('runAs: expected a list')]);
    expect(policyReport(data, join(data, 'none.json')).problems).toHaveLength(1);
  });

  it('says which approvers must sign, beside what stands in it', () => {
    const data = makeTempFolder();
    const { policy } = agentFolderAt(data);
    writeFileSync(policy, text({ scripts: false }), { mode: 0o600 });
    const key = makeKeyPair().publicKey;
    expect(writeApprovalRule(data, { count: 1, keys: [`${key}=ann`, 'f'.repeat(32)] })).toEqual([]);
    expect(policyReport(data).policy).toEqual({
      scripts: false,
      requireApprovals: { count: 1, keys: [{ key, of: 'ann' }, 'f'.repeat(32)] },
    });
    expect(writeApprovalRule(data, { count: 3, keys: [key] })).toEqual([expect.stringContaining('at least 3 keys')]);
    expect(writeApprovalRule(data, null)).toEqual([]);
    expect(policyReport(data).policy).toEqual({ scripts: false });
  });
});
