import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaveOrder } from '@carillon/contract/agent/host-key-messages';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../lib/log.js';
import { runJob } from '../runner/run-job.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { loadIdentity } from '../state/identity.js';
import { storeLeaveFile } from '../state/leave-file.js';
import { buildEmulator, emulatedSchtasks } from '../testing/emulated-scheduler.js';
import { FakeServer } from '../testing/fake-server.js';
import { entryOf, makeDesiredState, makeManifest, nodeProgram, signer } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { runAgent } from './agent.js';
import { enroll } from './enroll.js';

beforeAll(buildEmulator, 120_000);

let server: FakeServer;
afterEach(() => server.kill());

function orderFor(hostId: string, keys = signer) {
  const now = Date.now();
  const order: LeaveOrder = {
    kind: 'carillon/leave/v1',
    hostId,
    issuedAt: new Date(now).toISOString(),
    notAfter: new Date(now + 60_000).toISOString(),
    signedBy: keys.publicKey,
  };
  const text = canonicalJson(order as unknown as Json);
  return { text, signature: signText(keys.privateKey, 'carillon/v1/leave', text) };
}

/** A host with a job of ours and a task of its own in our folder. */
async function makeHost() {
  const job = makeManifest({ name: 'nightly', run: nodeProgram(`process.stdout.write('done')`) });
  let agentId = '';
  server = await FakeServer.start({
    script: (connection, message) => {
      if (message.name === 'desired.get') connection.send('desired.state', makeDesiredState(agentId, 1, [job]));
      return message.name === 'desired.get';
    },
  });
  server.desired = { rev: 1, hash: desiredHash([entryOf(job)]) };
  const data = join(makeTempFolder(), 'agent');
  const store = makeTempFolder();
  const schtasksCommand = JSON.stringify(emulatedSchtasks(store));
  const token = 'carillon-join-0123456789abcdef';
  ({ agentId } = await enroll({ server: server.url, data, token, name: 'sample-host', schtasksCommand }, {}));
  const task = join(store, 'Tasks', 'Carillon', 'nightly');
  return { data, job, agentId, task, folder: agentFolderAt(data) };
}

function run(data: string) {
  const controller = new AbortController();
  const ended = runAgent(data, silentLog, controller.signal);
  const stop = async () => {
    controller.abort();
    await ended;
  };
  onTestFinished(stop);
  return { stop, ended };
}

describe('a host that is taken out', () => {
  it('takes away what is ours, tells what it has, forgets its key and ends', async () => {
    const { data, job, agentId, task, folder } = await makeHost();
    const agent = run(data);
    const session = await server.connection(1);
    await session.take('apply.status');
    expect(existsSync(task)).toBe(true);
    expect((await runJob(folder, job.jobId, process.env)).ran).toBe(true);

    session.send('leave', orderFor(agentId));
    await session.take('left');
    expect(existsSync(task)).toBe(false);
    // Said only when nothing waits to be told any more.
    const told = session.messages.map(({ name }) => name);
    expect(told.indexOf('events')).toBeLessThan(told.indexOf('left'));
    expect([...server.ledger.values()].map(({ data: event }) => (event as { kind: string }).kind)).toContain(
      'run.finished',
    );
    expect(loadIdentity(folder)).toBeDefined();

    session.send('reject', { code: 'retired', message: 'retired', leave: orderFor(agentId) });
    await agent.ended;
    expect(loadIdentity(folder)).toBeUndefined();
    for (const path of [folder.trust, folder.leaving, folder.private, folder.log]) expect(existsSync(path)).toBe(false);
    // Started once more by a task that was left, it is nobody and ends.
    storeLeaveFile(folder, { ...orderFor(agentId), isRetired: true });
    await run(data).ended;
    expect(existsSync(folder.leaving)).toBe(false);
  });

  it('goes on going after a death', async () => {
    const { data, agentId, task, folder } = await makeHost();
    const first = run(data);
    await (await server.connection(1)).take('apply.status');
    await first.stop();
    // It had written the order down, and died before it could act on it.
    storeLeaveFile(folder, { ...orderFor(agentId), isRetired: false });
    const second = run(data);
    const session = await server.connection(2);
    await session.take('left');
    expect(existsSync(task)).toBe(false);
    await second.stop();

    // And again, after the centre had agreed and before it had heard of that.
    server.options = {
      script: (connection, message) => {
        if (message.name !== 'hello') return false;
        connection.send('reject', { code: 'retired', message: 'retired', leave: orderFor(agentId) });
        return true;
      },
    };
    await run(data).ended;
    expect(loadIdentity(folder)).toBeUndefined();
  });

  it.each<[string, (hostId: string) => { text: string; signature: string }]>([
    ['signed by a stranger', (hostId) => orderFor(hostId, makeKeyPair())],
    ['for another host', () => orderFor('01890000-0000-7000-8000-00000000000f')],
    ['that was changed', (hostId) => ({ ...orderFor(hostId), text: orderFor(hostId).text.replace('v1', 'v1 ') })],
  ])('does not obey an order %s', async (_name, order) => {
    const { data, agentId, task, folder } = await makeHost();
    const lines: string[] = [];
    const log = { ...silentLog, warn: (text: string) => lines.push(text) };
    const controller = new AbortController();
    const ended = runAgent(data, log as typeof silentLog, controller.signal);
    onTestFinished(async () => {
      controller.abort();
      await ended;
    });
    const session = await server.connection(1);
    await session.take('apply.status');
    session.send('leave', order(agentId));
    session.send('reject', { code: 'retired', message: 'retired', leave: order(agentId) });
    await waitUntil(() => lines.filter((line) => line === 'refused an order to go').length === 2, 'two refusals');
    expect(existsSync(task)).toBe(true);
    expect(existsSync(folder.leaving)).toBe(false);
    expect(readFileSync(folder.identity, 'utf8')).toContain(agentId);
  });
});
