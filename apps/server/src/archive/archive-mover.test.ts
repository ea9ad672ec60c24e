import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArchiveMetrics } from '../observability/archive-metrics.js';
import { RunOutputStore } from '../store/run-output.store.js';
import { addOutput } from '../store/testing/runs.js';
import { RunOutputs } from './run-outputs.js';
import { type ArchiveScene, startArchiveScene } from './testing/archive-scene.js';

let scene: ArchiveScene;
beforeEach(async () => {
  scene = await startArchiveScene();
});
afterEach(() => scene.close());

const dayMs = 86_400_000;
const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const pieces = [
  { data: 'first\n' },
  { data: binary, gzip: true },
  { stream: 1, data: 'wrong\n' },
  { data: 'last\n', droppedBefore: 9 },
] as const;
const written = [`first\n${binary.toString('latin1')}last\n`, 'wrong\n'];
const turn = (days = 0) => scene.server().mover.turn(Date.now() + days * dayMs);

describe('the archive', () => {
  it('takes the output of runs that ended long enough ago, and gives it back as it was', async () => {
    const [old, young] = [await scene.run(8, pieces), await scene.run(6, pieces)];
    const busy = await scene.run(30, [{ data: 'still' }], { state: 'running' });
    const unknown = randomUUID().replace(/^.{8}/, '01890000');
    await addOutput(scene.database, unknown, [{ data: 'whose?' }]);
    expect(await turn()).toEqual({ kind: 'done', moved: 1, more: false });
    expect(await Promise.all([old, young, busy, unknown].map(scene.hotPieces))).toEqual([0, 4, 1, 1]);
    const [key = '', ...others] = scene.s3.objects.keys();
    expect(others).toEqual([]);
    const day = new Date(Date.now() - 8 * dayMs).toISOString().slice(0, 10);
    expect(key).toMatch(new RegExp(`^carillon/${day}/nightly-etl/${old}-[0-9a-f]{8}\\.gz$`));
    expect(gunzipSync(scene.s3.objects.get(key) ?? '').toString('latin1')).toContain(`}\n${written.join('')}`.slice(1));
    for (const limit of [1, 2, 50]) expect(await scene.read(old, limit)).toEqual(written);
    expect(await scene.read(young)).toEqual(written);
    const { outputs } = scene.server();
    expect((await outputs.from(old, 0, 0, 9)).rows.map(({ offset, droppedBefore }) => [offset, droppedBefore])).toEqual(
      [
        [0, 0],
        [6, 0],
        [262, 9],
      ],
    );
    expect((await outputs.tails(old, 5)).map(({ data }) => data.toString())).toEqual(['last\n', 'wrong\n']);
    expect((await outputs.bytesBefore(old, 0, 262, 3)).toString('hex')).toBe('fdfeff');
    // What nothing is left of gives its room back.
    expect(await turn()).toEqual({ kind: 'done', moved: 0, more: false });
  });

  it('counts what it holds, and fetches an object once for all pages of it', async () => {
    const old = await scene.run(8, pieces);
    await turn();
    const { outputs, state } = scene.server();
    expect(await state.read()).toMatchObject({
      ...{ objects: 1, outputBytes: 273, failingSince: null, workedAt: expect.any(Date) },
      objectBytes: [...scene.s3.objects.values()][0]?.length,
    });
    const registry = new Registry();
    new ArchiveMetrics(state, { archive: scene.settings }).addTo(registry);
    expect(await registry.metrics()).toMatch(/^carillon_archive_objects 1$[\s\S]+^carillon_archive_output_bytes 273$/m);
    expect(await registry.metrics()).not.toMatch(/^carillon_archive_failing/m);
    scene.s3.requests.length = 0;
    await Promise.all([outputs.from(old, 0, 0, 1), outputs.from(old, 1, 0, 1), outputs.tails(old, 9)]);
    await outputs.from(old, 0, 6, 1);
    expect(scene.s3.requests).toHaveLength(1);
  });

  it('takes what came late as well: one object holds it all then, and the one before it goes', async () => {
    const old = await scene.run(8, [{ data: 'a' }, { data: 'b' }]);
    await turn();
    const [first = ''] = scene.s3.objects.keys();
    await addOutput(scene.database, old, [
      { offset: 1, data: 'b' },
      { offset: 2, data: 'c' },
      { stream: 1, data: 'e' },
    ]);
    expect(await scene.read(old, 1)).toEqual(['abc', 'e']);
    expect(await turn()).toMatchObject({ moved: 1 });
    expect(await scene.read(old)).toEqual(['abc', 'e']);
    expect(await scene.hotPieces(old)).toBe(0);
    // A reader that found the first one still reads it; then it goes.
    expect(scene.s3.objects.has(first)).toBe(true);
    await turn(0.01);
    expect([...(await scene.rows())]).toEqual([[[...scene.s3.objects.keys()].join(), 'held']]);
    expect(scene.s3.objects.has(first)).toBe(false);
    expect(await scene.server().state.read()).toMatchObject({ objects: 1, outputBytes: 4 });
  });

  it('loses no reader in between: what moves while it is read is found in one place or the other', async () => {
    const old = await scene.run(8, pieces);
    const { archived } = scene.server();
    class MovedBeforehand extends RunOutputStore {
      override async from(...place: Parameters<RunOutputStore['from']>) {
        await turn();
        return await super.from(...place);
      }
    }
    const outputs = new RunOutputs(new MovedBeforehand(scene.database), archived);
    expect((await outputs.from(old, 0, 0, 9)).rows.map(({ data }) => data.toString('latin1')).join('')).toBe(
      written[0],
    );
    expect(await scene.hotPieces(old)).toBe(0);
  });

  it('needs no second object for what only came again', async () => {
    const old = await scene.run(8, pieces);
    await turn();
    await addOutput(scene.database, old, pieces);
    expect(await turn()).toMatchObject({ kind: 'done', moved: 0 });
    expect(await scene.hotPieces(old)).toBe(0);
    expect(scene.s3.objects.size).toBe(1);
    expect(await scene.read(old)).toEqual(written);
  });

  it('lets go of nothing that it does not read back as it was sent', async () => {
    const old = await scene.run(8, pieces);
    const set = scene.s3.objects.set.bind(scene.s3.objects);
    scene.s3.objects.set = (key, body) => set(key, Buffer.concat([body.subarray(0, -1), Buffer.of(7)]));
    expect(await turn()).toMatchObject({ kind: 'failed', moved: 0 });
    expect(await scene.hotPieces(old)).toBe(4);
    expect(await scene.server().state.read()).toMatchObject({ objects: 0, fault: 'damaged' });
    scene.s3.objects.set = set;
    expect(await turn()).toMatchObject({ kind: 'done', moved: 1 });
    expect(await scene.read(old)).toEqual(written);
  });

  it.each([
    ['whose answer is lost after the upload', 'PUT', 'cut', 'unreachable'],
    ['whose answer is lost while it is read back', 'GET', 'cut', 'unreachable'],
    ['that has an error of its own', 'PUT', { status: 503, code: 'SlowDown' }, 'unreachable'],
    ['that refuses us', 'PUT', { status: 403, code: 'AccessDenied' }, 'refused'],
  ] as const)('leaves output where it is for a store %s, and goes on when it works', async (_what, of, fault, told) => {
    const old = await scene.run(8, pieces);
    scene.s3.fault = (method) => (method === of ? fault : undefined);
    expect(await turn()).toMatchObject({ kind: 'failed', moved: 0 });
    expect(await scene.server().state.read()).toMatchObject({ fault: told, failingSince: expect.any(Date) });
    expect(await scene.hotPieces(old)).toBe(4);
    expect(await scene.read(old)).toEqual(written);
    scene.s3.fault = () => undefined;
    // However long it took.
    expect(await turn(0.5)).toMatchObject({ kind: 'done', moved: 1 });
    expect(await scene.server().state.read()).toMatchObject({ fault: null, failingSince: null, objects: 1 });
    await turn(0.6);
    expect([...(await scene.rows())]).toEqual([[[...scene.s3.objects.keys()].join(), 'held']]);
  });

  it('is refused with a wrong key by a store that looks, and says so', async () => {
    await scene.run(8, pieces);
    const { mover, state } = scene.server({ archive: { ...scene.settings, secretAccessKey: 'another' } });
    expect(await mover.turn(Date.now())).toMatchObject({ kind: 'failed' });
    expect((await state.read()).faultText).toMatch(/403 SignatureDoesNotMatch$/);
    expect(scene.s3.objects.size).toBe(0);
  });

  it.each([
    ['does not exist', undefined],
    ['is of somebody else', { status: 403, code: 'AccessDenied' }],
  ])('is not held up for ever by a name that was wrong, of a bucket that %s', async (_what, fault) => {
    const old = await scene.run(8, pieces);
    const wrong = { ...scene.settings, bucket: 'wrong' };
    scene.s3.fault = () => fault;
    expect(await scene.server({ archive: wrong }).mover.turn(Date.now())).toMatchObject({ kind: 'failed' });
    scene.s3.fault = (_method, _key, bucket) => (bucket === 'wrong' ? fault : undefined);
    expect(await turn()).toMatchObject({ kind: 'done', moved: 1 });
    // What was begun there is given up after an hour, and looked for a little later.
    for (const days of [0.1, 0.2]) expect(await turn(days)).toMatchObject({ kind: 'done' });
    expect([...(await scene.rows()).values()]).toEqual(['held']);
    expect(await scene.read(old)).toEqual(written);
  });

  it('moves the others when what came late belongs to an object of a bucket that refuses us by now', async () => {
    const old = await scene.run(9, pieces);
    await turn();
    await scene.database.pool.query(`UPDATE archived_output SET bucket = 'former'`);
    await addOutput(scene.database, old, [{ stream: 1, offset: 90, data: 'late' }]);
    // More than are moved at once.
    for (let count = 0; count < 8; count += 1) await scene.run(8, pieces);
    scene.s3.fault = (_method, _key, bucket) =>
      bucket === 'former' ? { status: 403, code: 'AccessDenied' } : undefined;
    expect(await turn()).toMatchObject({ kind: 'failed', moved: 8 });
    expect((await scene.server().state.read()).faultText).toContain('bucket former, which refuses this server');
    expect(await scene.hotPieces(old)).toBe(1);
  });

  it('deletes objects with the runs that they belong to', async () => {
    await scene.run(8, pieces);
    await turn();
    await turn(81);
    expect(scene.s3.objects.size).toBe(1);
    // Left now, deleted once no reader can have it in hand.
    await turn(83);
    expect([...(await scene.rows()).values()]).toEqual(['leaving']);
    await turn(83.1);
    expect([scene.s3.objects.size, (await scene.rows()).size]).toEqual([0, 0]);
    expect(await scene.server().state.read()).toMatchObject({ objects: 0, objectBytes: 0, outputBytes: 0 });
  });

  it('leaves what does not fit into a turn to the next one, which follows at once', async () => {
    await scene.database.pool.query(
      `INSERT INTO archived_output (bucket, key, run_id, state, length, sha256, stdout_bytes, stderr_bytes, touched_at)
       SELECT 'runs', 'carillon/' || n, gen_random_uuid(), 'leaving', 1, '', 0, 0, now() - interval '1 hour'
       FROM generate_series(1, 201) n`,
    );
    const { mover } = scene.server();
    const nowMs = Date.now();
    // Whoever looks at this clock again finds that six minutes went by.
    const clock = vi.fn(() => nowMs + clock.mock.calls.length * 6 * 60_000);
    expect(await mover.turn(nowMs, clock)).toEqual({ kind: 'done', moved: 0, more: true });
    expect((await scene.rows()).size).toBe(1);
    expect(await mover.turn(nowMs, () => nowMs)).toEqual({ kind: 'done', moved: 0, more: false });
    expect((await scene.rows()).size).toBe(0);
  });

  it('drops days that are empty, and no others', async () => {
    await scene.database.pool.query('SELECT ensure_partitions(current_date - 13, current_date + 1)');
    await scene.run(12, pieces);
    const busy = await scene.run(11, pieces, { state: 'running' });
    await turn();
    await turn();
    const { rows } = await scene.database.pool.query<{ day: string }>(
      `SELECT right(inhrelid::regclass::text, 8) AS day FROM pg_inherits WHERE inhparent = 'run_output'::regclass ORDER BY 1`,
    );
    const dayOf = (ago: number) => new Date(Date.now() - ago * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    const days = rows.map(({ day }) => day);
    expect(days).not.toContain(dayOf(12));
    expect(days).toEqual(expect.arrayContaining([dayOf(11), dayOf(8), dayOf(0)]));
    expect(await scene.read(busy)).toEqual(written);
  });
});

describe('an archive that fails', () => {
  const signals = async () =>
    (await scene.database.pool.query<{ data: unknown }>('SELECT data FROM alert_signal ORDER BY id')).rows.map(
      ({ data }) => data,
    );

  it('is told by an incident after a day, and once it works again', async () => {
    await scene.run(8, pieces);
    scene.s3.fault = () => ({ status: 500, code: 'InternalError' });
    for (const days of [0, 0.5, 0.99]) await turn(days);
    expect(await signals()).toEqual([]);
    await turn(1);
    const registry = new Registry();
    new ArchiveMetrics(scene.server().state, { archive: scene.settings }).addTo(registry);
    expect(await registry.metrics()).toMatch(
      /^carillon_archive_failing_since_timestamp_seconds{fault="unreachable"} \d+/m,
    );
    expect(await signals()).toEqual([
      { part: 'archive', ok: false, code: 'archive_fails', text: expect.stringMatching(/since .*500 InternalError/) },
    ]);
    // As the evaluation of that signal leaves it.
    await scene.database.pool.query(
      `INSERT INTO alert (id, policy, what, state, severity, since, reason) VALUES (gen_random_uuid(), 'system', 'archive', 'firing', 'high', now(), '{}')`,
    );
    await turn(1.1);
    expect(await signals()).toHaveLength(1);
    scene.s3.fault = () => undefined;
    await turn(1.2);
    expect((await signals())[1]).toMatchObject({ part: 'archive', ok: true, code: 'archive_works' });
  });
});
