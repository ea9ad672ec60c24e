import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { doomedPool } from '../store/testing/doomed-pool.js';
import { type ArchiveScene, startArchiveScene } from './testing/archive-scene.js';

/** More than a turn has statements. */
const mostStatements = 60;
const hourMs = 3_600_000;
let scene: ArchiveScene;
beforeEach(async () => {
  scene = await startArchiveScene();
});
afterEach(() => scene.close());

it('leaves output readable, in one place or both, at whichever statement a server dies; the next one ends what it began', async () => {
  let nowMs = Date.now();
  const seen = { before: 0, between: 0, after: 0 };
  for (let statement = 1; statement <= mostStatements; statement += 1) {
    const text = `said before statement ${statement}\n`;
    const runId = await scene.run(8, [{ data: text }, { stream: 1, data: 'and\n' }]);
    const before = scene.s3.objects.size;
    const { pool, isDead } = doomedPool(scene.url, statement);
    await scene
      .server({ database: { pool } })
      .mover.turn(nowMs)
      .catch(() => undefined);
    await pool.end();
    const told = `died before statement ${statement}`;
    expect(await scene.read(runId), told).toEqual([text, 'and\n']);
    const isCopied = scene.s3.objects.size > before;
    const isHot = (await scene.hotPieces(runId)) > 0;
    if (isDead()) seen[isHot ? (isCopied ? 'between' : 'before') : 'after'] += 1;
    // What the dead one held it holds until Postgres knows.
    await vi.waitFor(async () => expect((await scene.server().mover.turn(nowMs)).kind).toBe('done'), 5_000);
    expect(await scene.hotPieces(runId), told).toBe(0);
    expect(await scene.read(runId), told).toEqual([text, 'and\n']);
    if (!isDead()) break;
    nowMs += 1;
  }
  // Each gap was met: nothing done, copied and not let go, let go.
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(0);
  // Of what was begun and left, nothing stays.
  for (const later of [2, 3]) await scene.server().mover.turn(nowMs + later * hourMs);
  const rows = await scene.rows();
  expect([...rows.keys()].sort()).toEqual([...scene.s3.objects.keys()].sort());
  expect(new Set(rows.values())).toEqual(new Set(['held']));
  expect((await scene.server().state.read()).objects).toBe(rows.size);
});
