import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './testing/test-app.js';

let app: TestApp;
let folder: string;
let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeEach(async () => {
  database = await cloneDatabase();
  folder = mkdtempSync(join(tmpdir(), 'carillon-web-'));
});
afterEach(async () => {
  await app?.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async () => {
  app = await startTestApp(database.url, { modules: [], config: { webRoot: folder } });
};

describe('the dashboard', () => {
  it('is served for every page address, checked again at each visit', async () => {
    writeFileSync(join(folder, 'index.html'), '<p>dashboard');
    await start();
    for (const path of ['/', '/hosts', '/jobs/a%2Fb.v2', '/sign-in?next=/']) {
      const response = await app.fetch(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('<p>dashboard');
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('keeps its assets in caches for ever, and never invents one', async () => {
    writeFileSync(join(folder, 'index.html'), '<p>dashboard');
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets/index-abc.js'), 'x');
    await start();
    const asset = await app.fetch('/assets/index-abc.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await app.fetch('/assets/index-old.js')).status).toBe(404);
    expect((await app.fetch('/api/nothing')).headers.get('content-type')).toContain('json');
  });

  it('finds the code of a new build that was put there while it runs', async () => {
    const index = join(folder, 'index.html');
    writeFileSync(index, '<p>old');
    await start();
    expect((await app.fetch('/assets/index-new.js')).status).toBe(404);
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets/index-new.js'), 'x');
    writeFileSync(index, '<p>new');
    expect(await (await app.fetch('/')).text()).toBe('<p>new');
    expect(await (await app.fetch('/assets/index-new.js')).text()).toBe('x');
  });

  it('gives nothing from outside its folder', async () => {
    writeFileSync(join(folder, 'index.html'), '<p>dashboard');
    await start();
    for (const path of ['/..%2f..%2fetc/passwd', '/assets/..%2f..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd'])
      expect(await (await app.fetch(path)).text()).not.toContain('root:');
  });

  it('says so when it is not there', async () => {
    await start();
    const response = await app.fetch('/');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('CARILLON_WEB_ROOT');
  });
});
