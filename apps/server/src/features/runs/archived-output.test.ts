import { api } from '@carillon/contract/http/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ArchiveModule } from '../../archive/archive.module.js';
import { type ArchiveScene, startArchiveScene } from '../../archive/testing/archive-scene.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { RunsModule } from './runs.module.js';

const dayMs = 86_400_000;
let scene: ArchiveScene;
let app: TestApp;
/** A server without an archive, of today or of tomorrow. */
let other: TestApp;
let id: string;
beforeAll(async () => {
  scene = await startArchiveScene();
  app = await startTestApp(scene.url, { modules: [RunsModule], config: { archive: scene.settings } });
  other = await startTestApp(scene.url, { modules: [RunsModule] });
  id = await scene.run(8, [{ data: '\u00a0ready\n::result {"files":3}\n' }, { stream: 1, data: 'oops\n' }], {
    stored: [29, 5],
  });
  await scene.run(1, [{ data: 'ready\n' }], { stored: [6, 0] });
});
afterAll(async () => {
  await app?.close();
  await other?.close();
  await scene?.close();
});

const output = (from: TestApp) => from.call(api.runs.output, { id });
/** Of one stream, so that one question alone goes to the store. */
const refused = (from: TestApp) => from.call(api.runs.output, { id, stream: 'stdout' });
const search = (sinceMs: number, untilMs?: number) =>
  app.call(api.runs.list, {
    ...{ outputContains: 'ready', since: new Date(sinceMs).toISOString() },
    ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }),
  });

describe('output that was archived', () => {
  it('is read as before, and the run says where it lies', async () => {
    const [before, run] = [await output(app), await app.call(api.runs.get, { id })];
    expect(before).toMatchObject({
      complete: true,
      items: [{ text: expect.stringContaining('ready') }, { text: 'oops\n' }],
    });
    expect(run.output.archived).toBeNull();
    expect((await search(Date.now() - 30 * dayMs)).notSearched).toBeNull();
    // A server that has an archive begins by itself.
    const mover = await startTestApp(scene.url, { modules: [ArchiveModule], config: { archive: scene.settings } });
    await vi.waitFor(async () => expect(await scene.hotPieces(id)).toBe(0), 5_000);
    await mover.close();
    expect(await output(app)).toEqual(before);
    expect(await app.call(api.runs.told, { id })).toEqual({ progress: null, result: { files: 3 } });
    const after = await app.call(api.runs.get, { id });
    expect(after.output).toEqual({ ...run.output, archived: { at: expect.any(String), bucket: 'runs' } });
  });

  it('is not searched, and the answer says up to when that is so', async () => {
    const all = await search(Date.now() - 30 * dayMs);
    expect(all.items).toHaveLength(1);
    const { startedAt } = await app.call(api.runs.get, { id });
    expect(all.notSearched).toBe(startedAt);
    expect((await search(Date.now() - 2 * dayMs)).notSearched).toBeNull();
    expect((await search(Date.now() - 30 * dayMs, Date.now() - 20 * dayMs)).notSearched).toBeNull();
    expect(await app.call(api.runs.list, {})).not.toHaveProperty('notSearched');
    const since = new Date(Date.now() - 30 * dayMs).toISOString();
    const table = await app.fetch(`/api/v1/runs/table.csv?outputContains=ready&since=${since}`, {
      headers: { authorization: `Bearer ${app.token}` },
    });
    expect((await table.text()).trimEnd().split(/\r?\n/).at(-1)).toBe(
      `Output of runs that started until ${startedAt} is archived and was not searched.`,
    );
  });

  it('that cannot be read is no blank: the error says where it lies, since when, and what is wrong', async () => {
    const fresh = await startTestApp(scene.url, { modules: [RunsModule], config: { archive: scene.settings } });
    const day = new Date().toISOString().slice(0, 10);
    const refusal = (status: number, reason: string, words: string) => ({
      status,
      body: {
        params: { archived: { at: expect.any(String), bucket: 'runs', reason } },
        message: expect.stringContaining(`the output was archived on ${day} to bucket runs, ${words}`),
      },
    });
    scene.s3.fault = () => ({ status: 503, code: 'SlowDown' });
    await expect(refused(fresh)).rejects.toMatchObject(refusal(503, 'unreachable', 'which does not answer'));
    scene.s3.fault = () => ({ status: 403, code: 'AccessDenied' });
    await expect(refused(fresh)).rejects.toMatchObject(refusal(503, 'refused', 'which refuses this server'));
    scene.s3.fault = () => ({ status: 404, code: 'NoSuchBucket' });
    await expect(refused(fresh)).rejects.toMatchObject(refusal(503, 'refused', 'which refuses this server'));
    scene.s3.fault = () => undefined;
    await expect(refused(other)).rejects.toMatchObject(refusal(503, 'not_configured', 'and this server was not told'));
    const [[key, body] = ['', Buffer.alloc(0)]] = scene.s3.objects;
    scene.s3.objects.set(key, body.subarray(1));
    await expect(refused(fresh)).rejects.toMatchObject(refusal(410, 'damaged', 'where something else lies now'));
    scene.s3.objects.delete(key);
    await expect(refused(fresh)).rejects.toMatchObject(refusal(410, 'missing', 'where it is not any more'));
    scene.s3.objects.set(key, body);
    expect((await output(fresh)).items).toHaveLength(2);
    await fresh.close();
  });
});
