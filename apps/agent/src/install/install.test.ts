import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentTask, agentTaskPath } from '@carillon/core/install/agent-task';
import type { Finding } from '@carillon/core/install/findings';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentStatus } from '../programs/status.js';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { loadIdentity } from '../state/identity.js';
import { loadSettings } from '../state/settings.js';
import { buildAgent, runBuiltAgent } from '../testing/built-agent.js';
import { buildEmulator, emulatedSchtasks, startEmulatedService } from '../testing/emulated-scheduler.js';
import { FakeServer } from '../testing/fake-server.js';
import { makeManifest } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { eventLogFinding, examine } from './doctor.js';
import { type InstallOptions, install } from './install.js';
import { isElevated } from './rights.js';
import { stopAgent } from './running-agent.js';
import { uninstall } from './uninstall.js';

beforeAll(() => {
  buildEmulator();
  buildAgent();
}, 120_000);

let server: FakeServer;
afterEach(() => server?.kill());

async function makeHost() {
  server = await FakeServer.start();
  const root = join(makeTempFolder(), 'agent');
  const store = makeTempFolder();
  const command = emulatedSchtasks(store);
  const options: InstallOptions = {
    data: root,
    server: server.url,
    token: 'carillon-join-0123456789abcdef',
    name: 'sample-host',
    schtasksCommand: JSON.stringify(command),
    start: false,
  };
  const folder = agentFolderAt(root);
  const scheduler = new SchtasksScheduler(command, store);
  const schtasks = (...args: string[]) => execFileSync(command[0]!, [...command.slice(1), ...args]);
  const paths = async () => [...new Set((await scheduler.listing()).rows.map(({ path }) => path))].sort();
  return { root, store, options, folder, scheduler, schtasks, paths };
}

const levelOf = (findings: readonly Finding[], check: string) => findings.find((each) => each.check === check)?.level;

describe('an agent that installs itself', () => {
  it('runs from then on, is found well, comes back after a kill, and leaves nothing of its own', async () => {
    const host = await makeHost();
    await startEmulatedService(host.store);
    onTestFinished(() => void stopAgent(host.folder.lock));
    const data = ['--data', host.root];

    // 1. Installed: it runs and is connected.
    const installed = await runBuiltAgent(
      ['install', ...data, '--server', server.url, '--schtasks-command', host.options.schtasksCommand!],
      { CARILLON_JOIN_TOKEN: host.options.token! },
    );
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    await (await server.connection(1)).take('hello');
    const status = async () => JSON.parse((await runBuiltAgent(['status', '--json', ...data])).stdout) as AgentStatus;
    await waitUntil(() => readFileSync(host.folder.contact, 'utf8').includes('"trouble":null'), 'the contact');
    expect(await status()).toMatchObject({ connected: true, inSync: true, agent: { pid: expect.any(Number) } });
    expect((await runBuiltAgent(['status', ...data])).stdout).toMatch(/agent {9}running for \d+ s, process \d+/);
    expect(readFileSync(host.folder.diary, 'utf8')).toContain('agent starts');

    // 2. Nothing is wrong with it.
    const doctor = await runBuiltAgent(['doctor', '--json', ...data]);
    const findings = JSON.parse(doctor.stdout) as Finding[];
    expect(findings.filter(({ level }) => level === 'problem')).toEqual([]);
    expect(doctor.code).toBe(0);
    expect(levelOf(findings, 'task-scheduler')).toBe('ok');

    // 3. Killed, its lock stays behind; Task Scheduler starts the next one all the same.
    const { agent } = await status();
    process.kill(agent!.pid, 'SIGKILL');
    await waitUntil(() => server.connections[1]?.closeCode !== undefined, 'the end of its session');
    expect(existsSync(host.folder.lock)).toBe(true);
    expect(await status()).toMatchObject({ connected: false, agent: null });
    expect((await runBuiltAgent(['doctor', ...data])).code).toBe(1);
    const again = await runBuiltAgent(['install', ...data]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('is registered already') });

    // 4. Taken away: what is not ours stays.
    const job = taskForJob(makeManifest({ name: 'nightly' }), {
      hostTimezone: 'UTC',
      runner: { command: 'x', arguments: ['run', '--data', host.root] },
    });
    if (job.ok) await host.scheduler.register(job.value.path, job.value.definition);
    await host.scheduler.register('\\Carillon\\of a person', agentTask({ command: 'x', arguments: [] }));
    const gone = await runBuiltAgent(['uninstall', ...data, '--remove-data', '--json']);
    expect(JSON.parse(gone.stdout)).toMatchObject({
      removed: [agentTaskPath, '\\Carillon\\nightly'],
      left: ['\\Carillon\\of a person'],
      dataRemoved: true,
    });
    expect(await host.paths()).toEqual(['\\Carillon\\of a person']);
    expect(existsSync(host.root)).toBe(false);
  });

  it('may be installed again: what is right stays, what is not is put right', async () => {
    const host = await makeHost();
    expect(await install(host.options, {})).toMatchObject({ registered: 'new', name: 'sample-host' });
    const identity = loadIdentity(host.folder)?.agentId;
    const { server: _, token: __, ...bare } = host.options;
    expect(await install(bare, {})).toMatchObject({ registered: 'as it was' });
    host.schtasks('/change', '/tn', agentTaskPath, '/disable');
    expect(await install(bare, {})).toMatchObject({ registered: 'changed' });
    expect(loadIdentity(host.folder)?.agentId).toBe(identity);
    expect(await host.paths()).toEqual([agentTaskPath]);
  });

  it('says what is missing, and spends no join token on a host that may not register', async () => {
    const host = await makeHost();
    await expect(install({ ...host.options, server: undefined }, {})).rejects.toThrow('--server: this host is not');
    await expect(install({ ...host.options, token: undefined }, {})).rejects.toThrow('--token: this host is not');
    const refusing = join(host.store, 'refusing.cjs');
    writeFileSync(refusing, `process.stderr.write('ERROR: Access is denied.'); process.exit(1)`);
    const schtasksCommand = JSON.stringify([process.execPath, refusing]);
    await expect(install({ ...host.options, schtasksCommand }, {})).rejects.toThrow(
      /administrator's rights.*Access is denied/,
    );
    expect(server.agents.size).toBe(0);
  });

  it('keeps to its server, and away from the agent of another folder', async () => {
    const host = await makeHost();
    await install(host.options, {});
    await expect(install({ ...host.options, server: 'https://other.example' }, {})).rejects.toThrow('is enrolled with');
    const second = { ...host.options, data: join(makeTempFolder(), 'second'), name: 'second' };
    await expect(install(second, {})).rejects.toThrow('uninstall that one first');
  });

  it('keeps its folder when it goes, unless told otherwise', async () => {
    const host = await makeHost();
    await install(host.options, {});
    expect(await uninstall({ data: host.root, removeData: false })).toMatchObject({ removed: [agentTaskPath] });
    expect(loadIdentity(host.folder)?.agentId).toBeDefined();
    writeFileSync(join(host.root, 'of a person.txt'), '');
    await uninstall({ data: host.root, removeData: true });
    expect(existsSync(host.folder.identity)).toBe(false);
    expect(existsSync(join(host.root, 'of a person.txt'))).toBe(true);
  });
});

describe('the doctor', () => {
  it('tells a host that never joined how to join', async () => {
    const findings = await examine(join(makeTempFolder(), 'none'));
    expect(findings[0]).toMatchObject({ level: 'problem', advice: expect.stringContaining('install --server') });
  });

  it('finds each thing that is wrong, and says what to do', async () => {
    const host = await makeHost();
    await install(host.options, {});
    await host.scheduler.remove(agentTaskPath);
    await server.kill();
    chmodSync(host.root, 0o755);
    writeFileSync(
      host.folder.settings,
      JSON.stringify({ ...loadSettings(host.folder), proxy: 'http://me:secret@127.0.0.1:9' }),
    );
    const findings = await examine(host.root);
    const wrong = findings.filter(({ level }) => level === 'problem').map(({ check }) => check);
    expect(wrong).toEqual(['connection', 'agent-task', 'agent', 'folder']);
    expect(findings.every(({ level, advice }) => level === 'ok' || level === 'skipped' || advice)).toBe(true);
    const proxy = findings.find(({ check }) => check === 'proxy');
    expect(proxy?.text).toContain('127.0.0.1:9');
    expect(proxy?.text).not.toContain('secret');
  });

  it('reads whether Task Scheduler writes its log, in any language', () => {
    const channel = (enabled: string) =>
      `<channel name="x" isolation="System" type="Operational" enabled="${enabled}"/>`;
    expect(eventLogFinding('win32', () => channel('true')).level).toBe('ok');
    expect(eventLogFinding('win32', () => channel('false'))).toMatchObject({
      level: 'warning',
      advice: expect.stringContaining('wevtutil sl'),
    });
    expect(eventLogFinding('win32', () => '').level).toBe('skipped');
    expect(eventLogFinding('linux').level).toBe('skipped');
  });

  it('knows an administrator by the level of his token', () => {
    const groups = (level: string) => `"Mandatory Label","Label","${level}",""\r\n`;
    expect(isElevated('win32', () => groups('S-1-16-12288'))).toBe(true);
    expect(isElevated('win32', () => groups('S-1-16-8192'))).toBe(false);
    expect(isElevated('win32', () => '')).toBeUndefined();
    expect(isElevated('linux')).toBeUndefined();
  });
});
