import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readState } from '@carillon/emulator/task-state';
import { findWine } from '@carillon/testkit/wine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildInstaller, hasInstallerTools } from '../../../../tools/agent-msi/build-msi.mjs';
import { eventually, startProduct } from '../whole/product.js';
import { agentExe, startWindowsHost, until, type WindowsHost } from './windows-host.js';

const wine = findWine();
const missing = hasInstallerTools() ? (wine.kind === 'missing' ? wine.why : undefined) : 'no wixl and msibuild here';

const folder = mkdtempSync(join(tmpdir(), 'carillon-msi-'));
const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
}, 60_000);

const build = (version: string) => {
  const agent = { program: agentExe, version, sha256: 'any' };
  return buildInstaller(agent, { out: join(folder, version), progress: () => undefined }).file;
};

/** A table of an installer as Windows will read it: one line a row, fields by column name. */
function table(file: string, name: string): Record<string, string>[] {
  const { stdout } = spawnSync('msiinfo', ['export', file, name], { encoding: 'utf8' });
  const [columns = [], , , ...rows] = stdout
    .split('\r\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])));
}

describe.skipIf(!hasInstallerTools())('the installer, read back', () => {
  let file: string;
  beforeAll(() => {
    file = build('0.1.0');
  });
  const property = (name: string) => table(file, 'Property').find(({ Property }) => Property === name)?.Value;

  it('keeps the token out of logs, and hands it on to the part that has the rights', () => {
    expect(property('MsiHiddenProperties')?.split(';')).toEqual(['PROXY', 'TOKEN']);
    expect(property('SecureCustomProperties')?.split(';')).toEqual(
      expect.arrayContaining(['SERVER', 'TOKEN', 'PROXY']),
    );
    const actions = table(file, 'CustomAction');
    const hideTarget = 0x2000;
    for (const action of actions.filter(({ Target }) => Target?.includes('[TOKEN]')))
      expect(Number(action.Type) & hideTarget, action.Action).toBe(hideTarget);
    // Not as a word of its own: a token may begin with a hyphen.
    const joins = actions.find(({ Action }) => Action === 'JoinAndStart');
    expect(joins?.Target).toContain('"--token=[TOKEN]"');
    // In its turn, and as SYSTEM.
    for (const action of actions) expect(Number(action.Type) & 0xc00, action.Action).toBe(0xc00);
  });

  it('replaces an older version before it brings its own files, and acts in a sensible order', () => {
    const order = table(file, 'InstallExecuteSequence')
      .sort((a, b) => Number(a.Sequence) - Number(b.Sequence))
      .map(({ Action }) => Action);
    const at = (name: string) => order.indexOf(name);
    expect(at('RemoveExistingProducts')).toBe(at('InstallInitialize') + 1);
    for (const action of ['StopAgentToReplace', 'RemoveTasks', 'RemoveTasksAndData'])
      expect(at(action), action).toBeLessThan(at('RemoveFiles'));
    for (const action of ['StopAgent', 'TakeBack', 'JoinAndStart', 'Start'])
      expect(at(action), action).toBeGreaterThan(at('InstallFiles'));
    expect(at('TakeBack')).toBeLessThan(at('JoinAndStart'));
    // Removed for good: the tasks go. Replaced: they stay.
    const conditionOf = (name: string) =>
      table(file, 'InstallExecuteSequence').find(({ Action }) => Action === name)?.Condition;
    expect(conditionOf('StopAgentToReplace')).toBe('REMOVE~="ALL" AND UPGRADINGPRODUCTCODE');
    for (const action of ['RemoveTasks', 'RemoveTasksAndData'])
      expect(conditionOf(action)).toContain('REMOVE~="ALL" AND NOT UPGRADINGPRODUCTCODE');
    const [upgrade] = table(file, 'Upgrade').filter(({ ActionProperty }) => ActionProperty === 'WIX_UPGRADE_DETECTED');
    expect(upgrade).toMatchObject({ VersionMin: '', VersionMax: '0.1.0', Attributes: String(1 + 512) });
  });

  it('is the same product when nothing has changed, and another one otherwise', () => {
    const codeOf = (path: string) => table(path, 'Property').find(({ Property }) => Property === 'ProductCode')?.Value;
    const upgradeOf = (path: string) => table(path, 'Upgrade')[0]?.UpgradeCode;
    const other = build('0.2.0');
    expect(codeOf(other)).not.toBe(codeOf(file));
    expect(upgradeOf(other)).toBe(upgradeOf(file));
    const before = readFileSync(file);
    build('0.1.0');
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

/** One story of one host, told in order. */
describe.skipIf(missing !== undefined)(`the installer under Wine${missing ? ` (${missing})` : ''}`, () => {
  let windows: WindowsHost;
  let product: Awaited<ReturnType<typeof startProduct>>;
  let hostId: string;
  const program = 'Program Files/Carillon/Agent/carillon-agent.exe';
  const msiexec = (...args: string[]) => windows.run('msiexec', args);
  /** Expects it to succeed; otherwise says what the agent, which nobody heard, has to say. */
  const msiexecOk = async (...args: string[]) => {
    const { code, stderr } = await msiexec(...args, '/qn');
    const diary = join(windows.driveC, 'ProgramData/Carillon/agent/agent.log');
    const said = existsSync(diary) ? readFileSync(diary, 'utf8').split('\n').slice(-40).join('\n') : 'no agent.log';
    expect(code, `${args.join(' ')}\n${stderr.slice(-2000)}\n${said}`).toBe(0);
  };
  const installed = (version: string) => windows.windowsPath(build(version));

  const onlineHost = () =>
    eventually(async () => {
      const hosts = await product.json<{ id: string; name: string; labels: object; presence: string }[]>('hosts');
      return hosts.find(({ labels, presence }) => 'role' in labels && presence === 'online');
    });
  const tasks = async () => {
    const { stdout } = await windows.schtasks('/query', '/fo', 'CSV', '/nh');
    return [...new Set([...stdout.matchAll(/^"(\\[^"]+)"/gm)].map(([, path]) => path))].sort();
  };
  const agentPid = () =>
    JSON.parse(readFileSync(join(windows.driveC, 'ProgramData/Carillon/agent/agent.lock'), 'utf8')).pid as number;

  beforeAll(async () => {
    if (wine.kind === 'missing') return;
    const server = startProduct();
    windows = await startWindowsHost(wine);
    undo.push(() => windows.dispose());
    product = await server;
    undo.push(() => product.dispose());
    await windows.startScheduler();
  });

  it('refuses to install when it is not told which server to join', async () => {
    expect((await msiexec('/i', installed('0.1.0'), '/qn')).code).not.toBe(0);
    expect(existsSync(join(windows.driveC, program))).toBe(false);
  });

  it('leaves nothing behind when the server does not take the token', async () => {
    const { code } = await msiexec(
      '/i',
      installed('0.1.0'),
      '/qn',
      `SERVER=${product.url}`,
      'TOKEN=carillon-join-wrong',
    );
    expect(code).not.toBe(0);
    expect(existsSync(join(windows.driveC, program))).toBe(false);
    expect(await tasks()).toEqual([]);
  });

  it('installs the program, joins, and leaves the agent to Task Scheduler', async () => {
    const token = (await product.cli('token', 'create', '--label', 'role=web')).stdout.trim();
    await msiexecOk('/i', installed('0.1.0'), `SERVER=${product.url}`, `TOKEN=${token}`);
    expect(existsSync(join(windows.driveC, program))).toBe(true);
    hostId = (await onlineHost()).id;
    const xml = windows.taskXml('\\Carillon Agent\\Agent');
    expect(xml).toContain('<Command>C:\\Program Files\\Carillon\\Agent\\carillon-agent.exe</Command>');
  });

  it('is replaced by a newer one: the host is the same, and has its tasks', async () => {
    const job = {
      kind: 'Job',
      name: 'nightly',
      targets: { labels: { role: 'web' } },
      schedule: '0 3 * * *',
      run: 'x.exe',
    };
    writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
    expect(await product.cli('apply', '-f', join(folder, 'job.json'))).toMatchObject({ code: 0 });
    await eventually(async () => ((await tasks()).includes('\\Carillon\\nightly') ? true : undefined));
    const before = agentPid();
    await msiexecOk('/i', installed('0.2.0'));
    expect(agentPid()).not.toBe(before);
    expect((await onlineHost()).id).toBe(hostId);
    // Wine does not tell the old version that it is being replaced (UPGRADINGPRODUCTCODE): it takes its tasks with it, and
    // the new agent registers them again.
    await eventually(async () => ((await tasks()).includes('\\Carillon\\nightly') ? true : undefined));
    expect(await tasks()).toEqual(['\\Carillon Agent\\Agent', '\\Carillon\\nightly']);
    expect((await msiexec('/i', installed('0.1.0'), '/qn')).code).not.toBe(0);
  });

  it('tells also of a start that found no program, which only Task Scheduler knows of', async () => {
    const file = join(windows.driveC, program);
    renameSync(file, `${file}.away`);
    await windows.schtasks('/run', '/tn', '\\Carillon\\nightly');
    const notFound = 0x80070002;
    await until(() => readState(windows.store, '\\Carillon\\nightly').lastResult >>> 0 === notFound);
    renameSync(`${file}.away`, file);
    // The agent reads on in the log every minute.
    const run = await eventually(async () => {
      const runs = await product.json<{ job: string; state: string; reason: string | null }[]>(
        'runs',
        '--job',
        'nightly',
      );
      return runs[0];
    });
    expect(run).toMatchObject({ job: 'nightly', reason: expect.stringContaining('launch') });
  });

  it('takes its own tasks with it, and no others', async () => {
    const foreign = join(windows.driveC, 'foreign.xml');
    const xml = windows
      .taskXml('\\Carillon\\nightly')
      .replace(/<Arguments>.*<\/Arguments>/, '<Arguments>x</Arguments>');
    writeFileSync(foreign, Buffer.from(`\uFEFF${xml}`, 'utf16le'));
    await windows.schtasks('/create', '/tn', '\\Carillon\\of a person', '/xml', windows.windowsPath(foreign), '/f');
    await msiexecOk('/x', installed('0.2.0'));
    expect(await tasks()).toEqual(['\\Carillon\\of a person']);
    expect(existsSync(join(windows.driveC, program))).toBe(false);
    expect(existsSync(join(windows.driveC, 'ProgramData/Carillon/agent/identity.json'))).toBe(true);
  });
});
