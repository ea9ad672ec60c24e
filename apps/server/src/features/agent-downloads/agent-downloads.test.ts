import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { AgentDownloadsModule } from './agent-downloads.module.js';
import { installScript } from './install-script.js';

let app: TestApp;
let folder: string;
let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeEach(async () => {
  database = await cloneDatabase();
  folder = mkdtempSync(join(tmpdir(), 'carillon-downloads-'));
  app = await startTestApp(database.url, { modules: [AgentDownloadsModule], config: { downloadsFolder: folder } });
});
afterEach(async () => {
  await app?.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const content = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 251));
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const put = (name: string, bytes: Buffer | string) => writeFileSync(join(folder, name), bytes);
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe('the agent for new hosts', () => {
  it('is not there before it was built, and the answer says how to build it', async () => {
    for (const [path, command] of [
      ['/install.ps1', 'npm run build:agent'],
      ['/downloads/carillon-agent.exe', 'npm run build:agent'],
      ['/downloads/carillon-agent.msi', 'npm run build:msi'],
    ] as const) {
      const response = await app.fetch(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain(command);
    }
    expect(await app.call(hostRoutes.agentFiles, {})).toMatchObject({ files: [] });
  });

  it('is sent to everybody, and its tag is its hash', async () => {
    put('carillon-agent.exe', content);
    const response = await app.fetch('/downloads/carillon-agent.exe');
    expect(response.status).toBe(200);
    expect((await bytesOf(response)).equals(content)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: `"${sha256(content)}"`,
      'content-length': '5000',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
    });
    const again = await app.fetch('/downloads/carillon-agent.exe', {
      headers: { 'if-none-match': `"${sha256(content)}"` },
    });
    expect(again.status).toBe(304);
    expect(await app.call(hostRoutes.agentFiles, {})).toEqual({
      origin: app.origin,
      files: [{ name: 'carillon-agent.exe', bytes: 5_000, sha256: sha256(content) }],
    });
  });

  it('goes on where a transfer broke off', async () => {
    put('carillon-agent.exe', content);
    const part = await app.fetch('/downloads/carillon-agent.exe', { headers: { range: 'bytes=4990-' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 4990-4999/5000');
    expect((await bytesOf(part)).equals(content.subarray(4_990))).toBe(true);
    const beyond = await app.fetch('/downloads/carillon-agent.exe', { headers: { range: 'bytes=5000-' } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe('bytes */5000');
  });

  it('tells its size without its bytes', async () => {
    put('carillon-agent.exe', content);
    const head = await app.fetch('/downloads/carillon-agent.exe', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe('5000');
    expect((await bytesOf(head)).length).toBe(0);
  });

  it('is the newest build, also when it was built while the server ran', async () => {
    put('carillon-agent.exe', content);
    expect(await (await app.fetch('/install.ps1')).text()).toContain(sha256(content).toUpperCase());
    put('carillon-agent.exe', 'another build');
    expect(await (await app.fetch('/downloads/carillon-agent.exe')).text()).toBe('another build');
    expect(await (await app.fetch('/install.ps1')).text()).toContain(sha256('another build').toUpperCase());
  });

  it('is all that the folder gives away', async () => {
    put('secret.key', 'secret');
    put('carillon-agent.json', '{}');
    for (const name of ['secret.key', 'carillon-agent.json', '..%2f..%2fetc%2fpasswd', '__proto__', 'constructor']) {
      const response = await app.fetch(`/downloads/${name}`);
      expect(response.status, name).toBe(404);
      expect(await response.text(), name).toContain('carillon-agent.exe, carillon-agent.msi');
    }
  });
});

describe('the installer script', () => {
  it('holds the address that was asked and the hash of what it will load, and no token', async () => {
    put('carillon-agent.exe', content);
    const response = await app.fetch('/install.ps1');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const text = await response.text();
    expect(text).toContain(`$server = '${app.origin}'`);
    expect(text).toContain(`$sha256 = '${sha256(content).toUpperCase()}'`);
    expect(text).not.toContain(app.token);
    expect(text).not.toMatch(/@(SERVER|SHA256)@/);
  });

  it('is not made for a name that is not ours', async () => {
    put('carillon-agent.exe', content);
    const status = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(app.origin);
      const asked = request({ hostname, port, path: '/install.ps1', headers: { host: 'evil.example' } });
      asked
        .once('response', (answer) => resolve(answer.resume().statusCode))
        .once('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it('refuses what would break out of its quotes', () => {
    const hash = sha256('x');
    expect(() => installScript({ origin: "https://a.example'; calc", sha256: hash })).toThrow('origin');
    expect(() => installScript({ origin: 'https://a.example', sha256: 'x' })).toThrow('sha256');
  });

  it('closes what it opens', () => {
    const text = installScript({ origin: 'https://a.example', sha256: sha256('x') })
      .replace(/#.*/g, '')
      .replace(/'[^']*'/g, '');
    for (const [open, close] of ['{}', '()', '[]'])
      expect(text.split(open!).length, open).toBe(text.split(close!).length);
    expect(text.split('"').length % 2).toBe(1);
  });
});
