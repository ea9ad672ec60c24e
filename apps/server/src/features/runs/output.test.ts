import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addJobAndHost, addOutput, addRun, type RunPlace } from '../../store/testing/runs.js';
import { RunsModule } from './runs.module.js';

let app: TestApp;
let drop: () => Promise<void>;
let place: RunPlace;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [RunsModule] });
  place = await addJobAndHost(app.database, { job: 'writes', host: 'WIN-01' });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const page = (id: string, options: Partial<Request<typeof api.runs.output>> = {}) =>
  app.call(api.runs.output, { ...options, id });

/** Reads on from page to page until the end of what there is. */
async function readAll(id: string, limit: number, from?: string) {
  const text = { stdout: '', stderr: '' };
  let cursor = from;
  for (let pages = 0; pages < 100; pages += 1) {
    const { items, next, complete, encoding } = await page(id, { limit, cursor });
    for (const item of items) text[item.stream] += item.text;
    if (next === null || items.length === 0) return { ...text, complete, encoding, next };
    cursor = next;
  }
  throw new Error('no end');
}

/** 备份完成 in GBK. */
const gbk = Buffer.from('b1b8b7ddcdeab3c9', 'hex');
const bytewise = (data: Buffer, stream: 0 | 1 = 0) => [...data].map((byte) => ({ stream, data: Buffer.of(byte) }));

describe('output', () => {
  it('tells what its newest lines for us say, standard output last', async () => {
    const id = await addRun(app.database, place, { stored: [90, 20] });
    expect(await app.call(api.runs.told, { id })).toEqual({ progress: null, result: null });
    await addOutput(app.database, id, [
      { data: '::progress 10%\nworking\n::progr', gzip: true },
      { stream: 1, data: '::progress 99%\n' },
      { data: 'ess 40% files\n::result {"files":3}\n' },
    ]);
    expect(await app.call(api.runs.told, { id })).toEqual({
      progress: { percent: 40, text: 'files' },
      result: { files: 3 },
    });
    await expect(app.call(api.runs.told, { id: crypto.randomUUID() })).rejects.toMatchObject({ status: 404 });
  });

  it('shows both streams in the order they were written', async () => {
    const id = await addRun(app.database, place, { stored: [4, 4] });
    await addOutput(app.database, id, [
      { data: 'a\n' },
      { stream: 1, data: 'b\n' },
      { data: 'c\n', gzip: true },
      { stream: 1, data: 'd\n' },
    ]);
    const { items, next, complete, encoding } = await page(id);
    expect(items.map(({ stream, offset, text }) => [stream, offset, text])).toEqual([
      ['stdout', 0, 'a\n'],
      ['stderr', 0, 'b\n'],
      ['stdout', 2, 'c\n'],
      ['stderr', 2, 'd\n'],
    ]);
    expect({ next, complete, encoding }).toEqual({ next: null, complete: true, encoding: 'utf-8' });
    const errors = await page(id, { stream: 'stderr' });
    expect(errors.items.map(({ text }) => text)).toEqual(['b\n', 'd\n']);
    expect(errors.complete).toBe(true);
  });

  it.each([
    ['GBK that nobody named', 'auto', gbk, '备份完成', 'gbk'],
    ['GBK that the job names', 'gbk', gbk, '备份完成', 'gbk'],
    ['UTF-8', 'auto', Buffer.from('é€😀 ok'), 'é€😀 ok', 'utf-8'],
    ['GB 18030 of four bytes', 'gb18030', Buffer.from('81308130b1b8', 'hex'), '\x80备', 'gb18030'],
    ['UTF-16', 'utf-16le', Buffer.from('a😀', 'utf16le'), 'a😀', 'utf-16le'],
  ])('%s survives cuts anywhere, in any page', async (_what, encoding, data, expected, found) => {
    const id = await addRun(app.database, place, { encoding, stored: [data.length, data.length] });
    await addOutput(app.database, id, [...bytewise(data), ...bytewise(data, 1)]);
    for (const limit of [2, 3, 5, 200]) {
      expect(await readAll(id, limit)).toMatchObject({ stdout: expected, stderr: expected, complete: true });
    }
    expect((await page(id)).encoding).toBe(found);
  });

  it('is read in the code page of its host where nothing else tells', async () => {
    const host = await addJobAndHost(app.database, { job: 'german', host: 'germany-01' });
    await app.database.pool.query('UPDATE host SET code_page = 850 WHERE id = $1', [host.hostId]);
    const data = Buffer.from([0x47, 0x72, 0x94, 0xe1, 0x65]);
    const id = await addRun(app.database, host, { stored: [data.length, 0] });
    await addOutput(app.database, id, [{ data }]);
    expect(await readAll(id, 200)).toMatchObject({ stdout: 'Größe', encoding: 'ibm850' });
  });

  it('finds the encoding of each stream for itself', async () => {
    const id = await addRun(app.database, place, { stored: [8, 6] });
    await addOutput(app.database, id, [{ data: gbk }, { stream: 1, data: '备份' }]);
    expect(await readAll(id, 200)).toMatchObject({ stdout: '备份完成', stderr: '备份', encoding: 'gbk, utf-8' });
  });

  it('shows the rest of a character that never got one', async () => {
    const id = await addRun(app.database, place, { encoding: 'utf-8', stored: [2, 0] });
    await addOutput(app.database, id, [{ data: Buffer.from([0x61, 0xe4]) }]);
    expect(await readAll(id, 200)).toMatchObject({ stdout: 'a\ufffd', complete: true });
  });

  it('tells how much was dropped in the middle', async () => {
    const id = await addRun(app.database, place, { stored: [7, 0] });
    await addOutput(app.database, id, [{ data: 'head' }, { data: 'end', droppedBefore: 5_000 }]);
    const { items } = await page(id);
    expect(items.map(({ droppedBefore, text }) => [droppedBefore, text])).toEqual([
      [0, 'head'],
      [5_000, 'end'],
    ]);
  });

  it('keeps the order of a stream whose clock was set back', async () => {
    const id = await addRun(app.database, place, { stored: [3, 0] });
    await addOutput(app.database, id, [
      { data: 'a', at: 9_000 },
      { data: 'b', at: 2 },
      { data: 'c', at: 1 },
    ]);
    expect(await readAll(id, 1)).toMatchObject({ stdout: 'abc', complete: true });
  });

  it('holds large output in pages of bounded size', async () => {
    const id = await addRun(app.database, place, { stored: [60 * 30_000, 5] });
    const large = Array.from({ length: 60 }, (_, index) => ({ data: String(index % 10).repeat(30_000), gzip: true }));
    await addOutput(app.database, id, [...large, { stream: 1, data: 'after' }]);
    const first = await page(id, { limit: 200 });
    expect(first.items.length).toBeLessThan(30);
    expect(first.items.every(({ stream }) => stream === 'stdout')).toBe(true);
    const all = await readAll(id, 200);
    expect(all).toMatchObject({ stderr: 'after', complete: true });
    expect(all.stdout).toBe(large.map(({ data }) => data).join(''));
  });

  it.each(['nonsense', '0.0.auto', '1.2.auto~0.0.auto', '0.0.ebcdic~0.0.auto', '0.0-0.0'])(
    'refuses the cursor %s',
    async (cursor) => {
      const id = await addRun(app.database, place);
      await expect(page(id, { cursor })).rejects.toMatchObject({
        status: 400,
        body: { params: { problems: [{ path: 'cursor', code: 'wrong_value' }] } },
      });
    },
  );

  it('of an unknown run is not found', async () => {
    const id = '01890000-0000-7000-8000-000000000000';
    await expect(page(id)).rejects.toMatchObject({ status: 404, body: { params: { kind: 'run', name: id } } });
  });
});

describe('following a run', () => {
  it('goes on from `next` and ends when the run has ended and all of it has come', async () => {
    const id = await addRun(app.database, place, { state: 'running' });
    const none = await page(id);
    expect(none).toMatchObject({ items: [], complete: false, next: expect.any(String) });
    // Half a character, and no way to tell yet in what encoding.
    await addOutput(app.database, id, [{ data: gbk.subarray(0, 1) }]);
    const first = await readAll(id, 200, none.next ?? '');
    expect(first).toMatchObject({ stdout: '', complete: false });
    await addOutput(app.database, id, [{ offset: 1, data: gbk.subarray(1, 5) }]);
    const second = await readAll(id, 200, first.next ?? '');
    expect(second).toMatchObject({ stdout: '备份', complete: false, encoding: 'gbk' });
    await app.database.pool.query(`UPDATE run SET state = 'succeeded', stdout_stored = 8 WHERE id = $1`, [id]);
    const waiting = await readAll(id, 200, second.next ?? '');
    expect(waiting).toMatchObject({ stdout: '', complete: false });
    await addOutput(app.database, id, [{ offset: 5, data: gbk.subarray(5) }]);
    expect(await readAll(id, 200, waiting.next ?? '')).toMatchObject({ stdout: '完成', complete: true, next: null });
  });

  it('waits for a piece that is still on its way', async () => {
    const id = await addRun(app.database, place, { state: 'running' });
    await addOutput(app.database, id, [{ data: 'a' }, { offset: 2, data: 'c' }, { stream: 1, data: 'e' }]);
    const before = await readAll(id, 200);
    expect(before).toMatchObject({ stdout: 'a', stderr: 'e', complete: false });
    await addOutput(app.database, id, [{ offset: 1, data: 'b' }]);
    expect(await readAll(id, 200, before.next ?? '')).toMatchObject({ stdout: 'bc', stderr: '' });
  });

  it('keeps the encoding that was found', async () => {
    const id = await addRun(app.database, place, { state: 'running' });
    await addOutput(app.database, id, [{ data: Buffer.concat(Array(20).fill(gbk)) }]);
    const first = await readAll(id, 200);
    // These two bytes alone would be valid UTF-8.
    await addOutput(app.database, id, [{ offset: 160, data: Buffer.from('c4a3cabd', 'hex') }]);
    expect(await readAll(id, 200, first.next ?? '')).toMatchObject({ stdout: '模式', encoding: 'gbk' });
  });
});
