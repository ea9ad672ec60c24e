import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { desiredHash } from '@carillon/core/desired/desired-state';
import type { Manifest } from '@carillon/core/job/job-spec';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../lib/log.js';
import { runJob } from '../runner/run-job.js';
import { orderStop } from '../runner/stop-orders.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { buildEmulator, emulatedSchtasks } from '../testing/emulated-scheduler.js';
import { FakeServer, type FakeServerOptions } from '../testing/fake-server.js';
import { entryOf, makeDesiredState, makeManifest, nodeProgram } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { runAgent } from './agent.js';
import { enroll } from './enroll.js';
import { setSecret } from './secret.js';
import { agentStatus } from './status.js';

beforeAll(buildEmulator, 120_000);

let server: FakeServer;
afterEach(() => server.kill());

const token = 'carillon-join-0123456789abcdef';

async function makeHost(name = 'sample-host') {
  const data = join(makeTempFolder(), 'agent');
  const store = makeTempFolder();
  const schtasksCommand = JSON.stringify(emulatedSchtasks(store));
  const joinServer = () => enroll({ server: server.url, data, token, name, schtasksCommand }, {});
  return { data, store, folder: agentFolderAt(data), join: joinServer };
}

/** The agent of a folder, until the test ends or `stop` is called. */
function run(data: string) {
  const controller = new AbortController();
  const ended = runAgent(data, silentLog, controller.signal);
  const stop = async () => {
    controller.abort();
    await ended;
  };
  onTestFinished(stop);
  return { stop };
}

/** Answers what the host asks for with these definitions. */
function serving(agentId: () => string, manifests: readonly Manifest[]): FakeServerOptions {
  return {
    script: (connection, message) => {
      if (message.name !== 'desired.get') return false;
      connection.send('desired.state', makeDesiredState(agentId(), 1, manifests));
      return true;
    },
  };
}

/** Events of a kind that the server has committed, by run. */
const committed = (kind: string) =>
  [...server.ledger.values()].flatMap(({ data }) => {
    const event = data as { kind: string; runId: string; state?: string };
    return event.kind === kind ? [event] : [];
  });

describe('a whole agent', () => {
  it('joins, registers what is desired, and tells what happened while the server was gone', async () => {
    const job = makeManifest({ name: 'nightly', run: nodeProgram(`process.stdout.write('done well')`) });
    let agentId = '';
    server = await FakeServer.start(serving(() => agentId, [job]));
    server.desired = { rev: 1, hash: desiredHash([entryOf(job)]) };
    const host = await makeHost();
    ({ agentId } = await host.join());
    run(host.data);

    // 1. Desired state.
    const session = await server.connection(1);
    expect(await session.take('apply.status')).toMatchObject({
      rev: 1,
      jobs: [{ jobId: job.jobId, state: 'applied' }],
      observedHash: server.desired.hash,
    });
    const task = readTaskXml(readFileSync(join(host.store, 'Tasks', 'Carillon', 'nightly')));
    expect(task).toMatchObject({
      ok: true,
      task: { actions: [{ arguments: expect.stringContaining(`run --data ${host.data} ${job.jobId}`) }] },
    });

    // 2. Runs while nobody listens.
    const { port, agents, desired } = server;
    await server.kill();
    const results = [
      await runJob(host.folder, job.jobId, process.env),
      await runJob(host.folder, job.jobId, process.env),
    ];
    const runIds = results.map((result) => (result.ran ? result.runId : 'not run'));
    await waitUntil(() => readdirSync(host.folder.drop).length === 0, 'the numbered log');
    expect(agentStatus(host.data)).toBeDefined();

    // 3. The server comes back.
    server = await FakeServer.start({ port });
    server.desired = desired;
    for (const [id, key] of agents) server.agents.set(id, key);
    const again = await server.connection(0);
    await waitUntil(() => readdirSync(host.folder.output).length === 0, 'the last ack of output');
    await waitUntil(() => server.ledger.size === 4, 'all events');
    expect(committed('run.started').map((event) => event.runId)).toEqual(runIds);
    expect(committed('run.finished').map((event) => [event.runId, event.state])).toEqual(
      runIds.map((runId) => [runId, 'succeeded']),
    );
    expect(again.chunks.map((chunk) => [chunk.runId, Buffer.from(chunk.data).toString()])).toEqual(
      runIds.map((runId) => [runId, 'done well']),
    );
    const acked = () => JSON.parse(readFileSync(join(host.folder.log, 'acked.json'), 'utf8')).acked as number;
    // The first server had one before: the host's start.
    await waitUntil(() => acked() === 5, 'the last ack of events');
  });

  it('finds at its start what was changed while it was away, puts it right and tells', async () => {
    const kept = makeManifest({ name: 'kept' });
    const watched = makeManifest({ name: 'watched', onDrift: 'report' });
    let agentId = '';
    server = await FakeServer.start(serving(() => agentId, [kept, watched]));
    server.desired = { rev: 1, hash: desiredHash([kept, watched].map(entryOf)) };
    const host = await makeHost();
    ({ agentId } = await host.join());
    const first = run(host.data);
    await (await server.connection(1)).take('apply.status');
    await first.stop();

    const schtasks = (...args: string[]) =>
      execFileSync(emulatedSchtasks(host.store)[0]!, [...emulatedSchtasks(host.store).slice(1), ...args]);
    schtasks('/delete', '/tn', '\\Carillon\\kept', '/f');
    schtasks('/change', '/tn', '\\Carillon\\watched', '/disable');
    run(host.data);
    await waitUntil(() => committed('task.changed').length === 2, 'both changes');
    expect(committed('task.changed')).toMatchObject([
      { jobId: kept.jobId, state: 'repaired', found: 'deleted' },
      { jobId: watched.jobId, state: 'drifted', found: 'disabled' },
    ]);
    expect(existsSync(join(host.store, 'Tasks', 'Carillon', 'kept'))).toBe(true);
  });

  it('tells after its own restart what it had not told before', async () => {
    const job = makeManifest({ run: nodeProgram('setInterval(() => {}, 1000)') });
    let agentId = '';
    server = await FakeServer.start(serving(() => agentId, [job]));
    server.desired = { rev: 1, hash: desiredHash([entryOf(job)]) };
    const host = await makeHost();
    ({ agentId } = await host.join());
    const first = run(host.data);
    await (await server.connection(1)).take('apply.status');
    const running = runJob(host.folder, job.jobId, process.env);
    await waitUntil(() => committed('run.started').length === 1, 'the start');
    await first.stop();
    expect(existsSync(host.folder.lock)).toBe(false);

    const { runId } = committed('run.started')[0]!;
    orderStop(host.folder.stops, runId);
    await running;
    run(host.data);
    await waitUntil(() => committed('run.finished').length === 1, 'the end');
    expect(committed('run.finished')[0]).toMatchObject({ runId, state: 'killed' });
    expect(committed('run.started')).toHaveLength(1);
  });

  it('gives jobs of other accounts the secrets that they name, also those that come later', async () => {
    const secrets = { environment: { TOKEN: 'etl-token' } };
    const program = { ...nodeProgram('process.exit(process.env.TOKEN === "tok-9f31c2" ? 0 : 7)'), secrets };
    const job = makeManifest({ name: 'etl', run: program, runAs: 'local-service' });
    let agentId = '';
    server = await FakeServer.start(serving(() => agentId, [job]));
    server.desired = { rev: 1, hash: desiredHash([entryOf(job)]) };
    const host = await makeHost();
    ({ agentId } = await host.join());
    run(host.data);
    expect(await (await server.connection(1)).take('apply.status')).toMatchObject({ jobs: [{ state: 'applied' }] });
    const file = join(host.folder.jobSecrets, `${job.jobId}.json`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({});
    setSecret(host.data, 'etl-token', 'tok-9f31c2');
    setSecret(host.data, 'other', 'not for it');
    await waitUntil(() => 'etl-token' in JSON.parse(readFileSync(file, 'utf8')), 'the secret');
    expect(await runJob(host.folder, job.jobId, process.env)).toMatchObject({ ran: true, exitCode: 0 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'etl-token': 'tok-9f31c2' });
  });

  it('is alone in its folder', async () => {
    server = await FakeServer.start();
    const host = await makeHost();
    await host.join();
    writeFileSync(host.folder.lock, String(process.ppid));
    await expect(runAgent(host.data, silentLog, AbortSignal.abort())).rejects.toThrow(`process ${process.ppid}`);
    // A lock that a dead process left is nobody's.
    writeFileSync(host.folder.lock, '999999999');
    await runAgent(host.data, silentLog, AbortSignal.abort());
  });
});

describe('joining', () => {
  it('keeps the key apart from what run-as accounts may read, and is done once', async () => {
    server = await FakeServer.start();
    const host = await makeHost();
    const { agentId } = await host.join();
    expect(readFileSync(host.folder.identity, 'utf8')).toContain('PRIVATE KEY');
    expect(readFileSync(host.folder.trust, 'utf8')).not.toContain('PRIVATE KEY');
    expect(server.agents.has(agentId)).toBe(true);
    await expect(host.join()).rejects.toThrow('already enrolled');
  });

  it('that was refused can be tried again with the same key', async () => {
    const script: FakeServerOptions['script'] = (connection) => {
      connection.send('reject', { code: 'bad_token', message: 'the token is not valid' });
      return true;
    };
    server = await FakeServer.start({ script });
    const host = await makeHost();
    await expect(host.join()).rejects.toMatchObject({ code: 'bad_token' });
    await expect(runAgent(host.data, silentLog, AbortSignal.abort())).rejects.toThrow('enrol');
    const key = server.connections[0]?.bodies('enroll')[0]?.publicKey;
    server.options = {};
    const { agentId } = await host.join();
    expect(server.agents.get(agentId)).toBe(key);
  });

  it('off Windows needs to be told of a scheduler', async () => {
    server = await FakeServer.start();
    const options = { server: server.url, data: makeTempFolder(), token };
    await expect(enroll(options, {})).rejects.toThrow('--schtasks-command: needed off Windows');
    await expect(enroll({ ...options, schtasksCommand: 'schtasks' }, {})).rejects.toThrow('expected a JSON list');
  });
});

describe('the tasks a host has besides ours', () => {
  it('are told by hash, and whole when the server asks', async () => {
    server = await FakeServer.start({
      script: (connection, message) => {
        if (message.name === 'inventory' && message.body.base !== null) connection.send('inventory.get', {});
        return false;
      },
    });
    const host = await makeHost();
    await host.join();
    const file = join(host.data, 'foreign.xml');
    const xml = `<?xml version="1.0" encoding="UTF-16"?><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Triggers/><Principals><Principal id="A"><UserId>S-1-5-18</UserId></Principal></Principals><Settings/><Actions Context="A"><Exec><Command>C:\\b.exe</Command></Exec></Actions></Task>`;
    writeFileSync(file, xml);
    const [program = '', ...first] = emulatedSchtasks(host.store);
    for (const path of ['\\Backup\\Nightly', '\\Microsoft\\Windows\\Defrag'])
      execFileSync(program, [...first, '/create', '/tn', path, '/xml', file]);
    run(host.data);
    const connection = await server.connection(1);
    const whole = await waitUntil(
      () => connection.bodies('inventory').find(({ base }) => base === null),
      'the whole list',
    );
    expect(whole).toMatchObject({ page: 1, pages: 1, removed: [], omitted: 0 });
    expect(whole.tasks).toMatchObject([
      {
        path: '\\Backup\\Nightly',
        runAs: 'S-1-5-18',
        enabled: true,
        lastResult: 0x41303,
        lastRunAt: null,
        problem: null,
      },
    ]);
    expect(whole.tasks[0]?.definition).toContain('C:\\b.exe');
  });
});
