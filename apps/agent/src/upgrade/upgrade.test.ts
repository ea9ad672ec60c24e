import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import { limits } from '@carillon/contract/limits';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { agentTaskPath, upgradeTaskPath } from '@carillon/core/install/agent-task';
import type { Release } from '@carillon/core/upgrade/release';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stopAgent } from '../install/running-agent.js';
import { agentVersion } from '../lib/agent-version.js';
import { folderHolder } from '../lib/folder-lock.js';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { buildAgent, builtAgent, runBuiltAgent } from '../testing/built-agent.js';
import { buildEmulator, emulatedSchtasks, startEmulatedService } from '../testing/emulated-scheduler.js';
import { FakeServer, type FromAgent } from '../testing/fake-server.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { replaceProgram } from './program-file.js';

beforeAll(() => {
  buildEmulator();
  buildAgent();
}, 120_000);

let server: FakeServer;
afterEach(() => server?.kill());

const publisher = makeKeyPair();
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
type Status = Body<'upgrade.status'>;

/** A program file that says it is another version, with something else changed as well. */
function programOf(version: string, change: (text: string) => string = (text) => text): Buffer {
  const text = readFileSync(builtAgent, 'utf8');
  const literal = new RegExp(`(["'\`])${agentVersion.replaceAll('.', '\\.')}\\1`, 'g');
  expect(text.match(literal), 'the version in the built agent').toHaveLength(1);
  const renamed = text.replace(literal, `$1${version}$1`);
  return Buffer.from(change(renamed));
}

type Terms = { healthWithinMs?: number; plan?: string };

function offerOf(file: Buffer, changes: Partial<Release> & Terms = {}, key = publisher) {
  const { healthWithinMs = 60_000, plan, ...rest } = changes;
  const release: Release = {
    kind: 'carillon/release/v1',
    version: '0.2.0',
    platform: 'node',
    sha256: sha256(file),
    bytes: file.length,
    expires: '2099-01-01T00:00:00Z',
    ...rest,
  };
  const text = canonicalJson(release);
  return { text, signature: signText(key.privateKey, 'carillon/v1/release', text), healthWithinMs, plan };
}

/** A host whose agent is installed as a task and runs, connected to a server that serves this file. */
async function makeHost(served: Buffer, { cutAfter }: { cutAfter?: number } = {}) {
  const asked: number[] = [];
  const hand = (connection: FakeServer['connections'][number], message: FromAgent) => {
    if (message.name !== 'release.get') return false;
    const { sha256, offset } = message.body;
    asked.push(offset);
    if (cutAfter === asked.length) connection.socket.terminate();
    else {
      const data = served.subarray(offset, offset + limits.releaseChunkBytes).toString('base64');
      connection.send('release.chunk', { sha256, offset, data, bytes: served.length });
    }
    return true;
  };
  server = await FakeServer.start({ script: hand });
  const place = makeTempFolder();
  const data = join(place, 'data');
  const program = join(place, 'program', 'carillon-agent.cjs');
  mkdirSync(join(place, 'program'));
  copyFileSync(builtAgent, program);
  const store = join(place, 'store');
  await startEmulatedService(store);
  const folder = agentFolderAt(data);
  const command = emulatedSchtasks(store);
  const scheduler = new SchtasksScheduler(command, place);
  const tasks = async () => [...new Set((await scheduler.listing()).rows.map(({ path }) => path))];
  onTestFinished(async () => {
    while ((await tasks()).includes(upgradeTaskPath)) await stopAgent(folder.lock);
    await stopAgent(folder.lock);
  });
  const installed = await runBuiltAgent(
    [
      ...['install', '--data', data, '--server', server.url, '--schtasks-command', JSON.stringify(command)],
      ...['--release-key', publisher.publicKey],
    ],
    { CARILLON_JOIN_TOKEN: 'carillon-join-0123456789abcdef' },
    program,
  );
  expect(installed).toMatchObject({ code: 0, stderr: '' });
  const session = await server.connection(1);
  await session.take('hello');
  /** The last word of each connection about an upgrade. */
  const statuses = () => server.connections.flatMap((connection) => connection.bodies('upgrade.status'));
  const until = (state: Status['state']) =>
    waitUntil(() => statuses().find((status) => status.state === state), `an upgrade that is ${state}`);
  const versionNow = () => server.connections.at(-1)?.bodies('hello')[0]?.facts.agentVersion;
  return { session, folder, program, asked, statuses, until, tasks, versionNow };
}

describe('an upgrade', () => {
  it('is fetched, tried and kept, and the tasks still name the one path', async () => {
    const next = programOf('0.2.0');
    const host = await makeHost(next);
    expect(host.session.bodies('hello')[0]?.facts.capabilities).toContain('upgrade:node');
    const former = folderHolder(host.folder.lock)?.pid;
    mkdirSync(join(host.folder.upgrade, 'versions', '0.0.9'), { recursive: true });
    writeFileSync(join(host.folder.upgrade, 'abandoned.part'), '');
    host.session.send('upgrade.offer', offerOf(next));
    expect(await host.until('installed')).toMatchObject({ version: '0.2.0', code: null });
    expect(host.versionNow()).toBe('0.2.0');
    expect(folderHolder(host.folder.lock)?.pid).not.toBe(former);
    expect(readFileSync(host.program).equals(next)).toBe(true);
    expect(host.statuses().map(({ state }) => state)).toEqual(['downloading', 'trying', 'installed']);
    expect(existsSync(join(host.folder.upgrade, 'trial.json'))).toBe(false);
    // No more is kept than the way back needs.
    expect(readdirSync(join(host.folder.upgrade, 'versions')).sort()).toEqual([agentVersion, '0.2.0']);
    expect(readdirSync(host.folder.upgrade).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await host.tasks()).toContain(agentTaskPath);
  }, 90_000);

  it('goes on where its download was cut off', async () => {
    const next = programOf('0.2.0');
    const host = await makeHost(next, { cutAfter: 3 });
    host.session.send('upgrade.offer', offerOf(next));
    const again = await server.connection(2);
    await again.take('hello');
    again.send('upgrade.offer', offerOf(next));
    await host.until('installed');
    expect(new Set(host.asked).size).toBe(host.asked.length - 1);
    expect(host.asked[3]).toBe(host.asked[2]);
  }, 90_000);

  it('that does not connect is taken back, and the former version says why', async () => {
    // It says its version, so it is put in place; as an agent it does nothing at all.
    const broken = programOf(
      '0.2.0',
      (text) => `if (process.argv.includes('agent')) setInterval(() => {}, 1000); else {${text}}`,
    );
    const host = await makeHost(broken);
    const former = readFileSync(host.program);
    const terms = { healthWithinMs: 4_000, plan: 'monday' };
    host.session.send('upgrade.offer', offerOf(broken, terms));
    expect(await host.until('failed')).toMatchObject({
      version: '0.2.0',
      code: 'reverted',
      message: expect.stringContaining('did not come up within'),
    });
    expect(host.versionNow()).toBe(agentVersion);
    expect(readFileSync(host.program).equals(former)).toBe(true);
    // The same offer, from a server that had not heard yet: it is told, and nothing is fetched again.
    const fetched = host.asked.length;
    const session = server.connections.at(-1)!;
    const failures = () => session.bodies('upgrade.status').filter(({ code }) => code === 'reverted').length;
    const told = failures();
    session.send('upgrade.offer', offerOf(broken, terms));
    await waitUntil(() => failures() > told, 'what became of it, once more');
    expect(host.asked).toHaveLength(fetched);
    session.send('upgrade.offer', offerOf(broken, { ...terms, plan: 'tuesday' }));
    await waitUntil(() => host.asked.length > fetched, 'another try, as somebody has planned');
  }, 90_000);

  it('is not even begun when it should not be', async () => {
    const next = programOf('0.2.0');
    const host = await makeHost(next);
    const refusals: [ReturnType<typeof offerOf>, string][] = [
      [offerOf(next, {}, makeKeyPair()), 'bad_signature'],
      [offerOf(next, { version: agentVersion }), 'not_newer'],
      [offerOf(next, { expires: '2020-01-01T00:00:00Z' }), 'expired'],
      [offerOf(next, { platform: 'windows-x64' }), 'wrong_platform'],
      // Bytes that nobody signed, and a program that does not start.
      [offerOf(next, { sha256: 'a'.repeat(64) }), 'bad_hash'],
      [offerOf(next, { bytes: 999_999_999_999 as never }), 'bad_release'],
      [offerOf(next, { version: '0.4.0', bytes: next.length + 1, sha256: 'b'.repeat(64) }), 'bad_hash'],

      [offerOf(next, { version: '0.3.0' }), 'does_not_start'],
    ];
    for (const [offer, code] of refusals) {
      host.session.send('upgrade.offer', offer);
      const { version } = JSON.parse(offer.text) as Release;
      await waitUntil(
        () => host.statuses().some((status) => status.code === code && status.version === version),
        `${code} of ${version}`,
      );
    }
    writeFileSync(host.folder.policy, JSON.stringify({ upgrades: false }));
    await waitUntil(() => {
      host.session.send('upgrade.offer', offerOf(next));
      return host.statuses().some((status) => status.code === 'policy_upgrades');
    }, 'the policy');
    expect(readFileSync(host.program).equals(readFileSync(builtAgent))).toBe(true);
    expect(host.versionNow()).toBe(agentVersion);
  }, 90_000);
});

describe('a program', () => {
  it.each(['linux', 'win32'] as const)('is replaced by a copy, as %s does it', (platform) => {
    const folder = makeTempFolder();
    const [target, source] = [join(folder, 'agent.exe'), join(folder, 'next.exe')];
    writeFileSync(target, 'old');
    writeFileSync(source, 'new');
    replaceProgram(target, source, platform);
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readFileSync(source, 'utf8')).toBe('new');
  });
});
