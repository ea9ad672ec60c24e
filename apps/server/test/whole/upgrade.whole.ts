import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Response } from '@carillon/contract/http/route';
import type { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startProduct } from './product.js';

type HostUpgrade = Response<typeof upgradeRoutes.hosts>['items'][number];

const repository = resolve(import.meta.dirname, '../../../..');
const built = join(repository, 'apps/agent/dist/carillon-agent.cjs');
const emulator = join(repository, 'packages/emulator/dist');

let product: Awaited<ReturnType<typeof startProduct>>;
let service: ReturnType<typeof spawn>;
const at = (...names: string[]) => join(product.folder, 'windows', ...names);
const program = () => at('program', 'carillon-agent.cjs');
const agent = (...args: string[]) =>
  promisify(execFile)(process.execPath, [program(), ...args, '--data', at('data')], { env });
let env: NodeJS.ProcessEnv = process.env;

/** The agent as another version; a broken one is an agent that never comes up. */
function makeVersion(version: string, broken = false): string {
  const text = readFileSync(built, 'utf8').replace(/(["'`])0\.1\.0\1/, `$1${version}$1`);
  const file = at(`${version}.cjs`);
  writeFileSync(file, broken ? `if (process.argv.includes('agent')) process.exit(1); else {${text}}` : text);
  return file;
}

const upgradeOf = async () =>
  (await product.json<HostUpgrade[]>('upgrade', 'status')).find(({ host }) => host === 'upgraded');
const publish = async (version: string, file: string) => {
  const options = ['--agent-version', version, '--platform', 'node', '--key', at('release.key')];
  expect(await product.cli('upgrade', 'publish', file, ...options)).toMatchObject({ code: 0, stderr: '' });
};

beforeAll(async () => {
  product = await startProduct();
  mkdirSync(at('program'), { recursive: true });
  copyFileSync(built, program());
  service = spawn(process.execPath, [join(emulator, 'main.js'), '--store', at('store'), '--timezone', 'UTC'], {
    stdio: 'ignore',
  });
  const publicKey = (await product.cli('upgrade', 'key', at('release.key'))).stdout.trim();
  env = { ...process.env, CARILLON_JOIN_TOKEN: (await product.cli('token', 'create')).stdout.trim() };
  const schtasks = JSON.stringify([process.execPath, join(emulator, 'schtasks.js'), '--store', at('store')]);
  const server = ['--server', product.url, '--name', 'upgraded', '--schtasks-command', schtasks];
  await agent('install', ...server, '--release-key', publicKey);
});
afterAll(async () => {
  if (existsSync(at('data'))) await agent('uninstall', '--remove-data');
  service?.kill();
  await product?.dispose();
});

/** One story on the whole product, told in order. */
describe('a newer version of the agent', () => {
  it('is published and planned, comes to the host by itself, and is reported', async () => {
    await publish('0.2.0', makeVersion('0.2.0'));
    expect(await upgradeOf()).toMatchObject({ version: '0.1.0', reason: 'no_ring' });
    expect(await product.cli('upgrade', 'plan', '0.2.0', '--host', 'upgraded')).toMatchObject({ code: 0 });
    const done = await eventually(async () => {
      const host = await upgradeOf();
      return host?.version === '0.2.0' && host.last?.state === 'installed' ? host : undefined;
    });
    expect(done).toMatchObject({ wanted: '0.2.0', reason: 'up_to_date' });
    expect((await agent('status')).stdout).toContain('agent 0.2.0');
    expect((await agent('doctor')).stdout).not.toContain('problem');
  });

  it('that does not come up is taken back, and the reason is told', async () => {
    await publish('0.3.0', makeVersion('0.3.0', true));
    await product.cli('upgrade', 'plan', '0.3.0', '--host', 'upgraded', '--healthy-within', '0.1');
    const back = await eventually(async () => {
      const host = await upgradeOf();
      return host?.last?.state === 'failed' ? host : undefined;
    });
    expect(back).toMatchObject({
      version: '0.2.0',
      wanted: '0.3.0',
      reason: 'failed_here',
      last: { code: 'reverted', message: expect.stringContaining('did not come up') },
    });
    expect((await agent('status')).stdout).toContain('agent 0.2.0');
    const { stdout } = await product.cli('upgrade', 'status');
    expect(stdout).toContain('went back from it');
  });
});
