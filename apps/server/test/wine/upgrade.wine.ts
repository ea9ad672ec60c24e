import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Response } from '@carillon/contract/http/route';
import type { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { findWine } from '@carillon/testkit/wine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleAgent, execArgumentsOf } from '../../../../tools/agent-exe/build-agent.mjs';
import { bundle } from '../../../../tools/agent-exe/bundle.mjs';
import { pinnedFileAt } from '../../../../tools/agent-exe/pinned-file.mjs';
import { koffi, windowsNode } from '../../../../tools/agent-exe/pins.mjs';
import { eventually, startProduct } from '../whole/product.js';
import { agentExe, startWindowsHost, type WindowsHost } from './windows-host.js';

type HostUpgrade = Response<typeof upgradeRoutes.hosts>['items'][number];

const wine = findWine();
const repository = resolve(import.meta.dirname, '../../../..');
const program = 'C:\\Agent\\carillon-agent.exe';

let windows: WindowsHost;
let product: Awaited<ReturnType<typeof startProduct>>;
const folder = mkdtempSync(join(tmpdir(), 'carillon-upgrade-'));
chmodSync(folder, 0o711);
const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
}, 60_000);

/** The program as another version; a broken one says its version, and ends at once as an agent. */
async function makeVersion(version: string, { broken = false } = {}): Promise<string> {
  const text = (await bundle(repository, 'apps/agent/src/start.ts')).toString('utf8');
  const renamed = text.replace(/(["'`])0\.1\.0\1/, `$1${version}$1`);
  expect(renamed, 'the version in the built agent').not.toBe(text);
  const code = broken ? `if (process.argv.includes('agent')) process.exit(1); else {${renamed}\n}` : renamed;
  const cache = join(repository, '.cache');
  const [node, native] = [windowsNode, koffi].map((pin) => pinnedFileAt(cache, pin, () => undefined)) as [
    string,
    string,
  ];
  const file = join(folder, `${version}.exe`);
  writeFileSync(
    file,
    assembleAgent({ node, native, code: Buffer.from(code), version, execArguments: execArgumentsOf(repository) }),
  );
  return file;
}

const upgradeOf = async () =>
  (await product.json<HostUpgrade[]>('upgrade', 'status')).find(({ host }) => host === 'winehost');

async function publish(version: string, file: string): Promise<void> {
  const options = ['--agent-version', version, '--platform', 'windows-x64', '--key', join(folder, 'release.key')];
  expect(await product.cli('upgrade', 'publish', file, ...options)).toMatchObject({ code: 0, stderr: '' });
}

const versionInPlace = async () => (await windows.run(program, ['--version'])).stdout.trim();

/** One story of one Windows host, told in order. */
describe.skipIf(wine.kind === 'missing')('a newer version of the Windows program', () => {
  beforeAll(async () => {
    if (wine.kind === 'missing') return;
    const server = startProduct();
    windows = await startWindowsHost(wine);
    undo.push(() => windows.dispose());
    product = await server;
    undo.push(() => product.dispose());
    await windows.startScheduler();
    mkdirSync(join(windows.driveC, 'Agent'));
    copyFileSync(agentExe, join(windows.driveC, 'Agent/carillon-agent.exe'));
    const publicKey = (await product.cli('upgrade', 'key', join(folder, 'release.key'))).stdout.trim();
    const token = (await product.cli('token', 'create')).stdout.trim();
    const joining = ['--server', product.url, '--name', 'winehost'];
    const installed = await windows.run(program, ['install', ...joining, '--release-key', publicKey], {
      CARILLON_JOIN_TOKEN: token,
    });
    expect(installed).toMatchObject({ code: 0, stderr: '' });
  });

  it('takes the place of the running program, whose tasks go on naming it', async () => {
    await publish('0.2.0', await makeVersion('0.2.0'));
    expect(await product.cli('upgrade', 'plan', '0.2.0', '--host', 'winehost')).toMatchObject({ code: 0 });
    const done = await eventually(async () => {
      const host = await upgradeOf();
      return host?.version === '0.2.0' && host.last?.state === 'installed' ? host : undefined;
    });
    expect(done).toMatchObject({ wanted: '0.2.0', reason: 'up_to_date' });
    expect(await versionInPlace()).toBe('0.2.0');
    expect(windows.taskXml('\\Carillon Agent\\Agent')).toContain(`<Command>${program}</Command>`);
  });

  it('that does not come up is taken back', async () => {
    await publish('0.3.0', await makeVersion('0.3.0', { broken: true }));
    await product.cli('upgrade', 'plan', '0.3.0', '--host', 'winehost', '--healthy-within', '0.3');
    const back = await eventually(async () => {
      const host = await upgradeOf();
      return host?.last?.state === 'failed' && host.version === '0.2.0' ? host : undefined;
    });
    expect(back).toMatchObject({ wanted: '0.3.0', reason: 'failed_here', last: { code: 'reverted' } });
    expect(await versionInPlace()).toBe('0.2.0');
  });
});
