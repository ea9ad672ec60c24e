import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../store/database.store.js';
import { doomedPool } from '../../store/testing/doomed-pool.js';
import { type DeliveryScene, startDeliveryScene } from './testing/delivery-scene.js';

/** More than a round has statements. */
const mostStatements = 80;
const leaseMs = 60_000;
let scene: DeliveryScene;
let nowMs = Date.UTC(2026, 10, 27, 2);

beforeEach(async () => {
  scene = await startDeliveryScene();
  await scene.addChannel('hook');
  await scene.addChannel('gone', { url: `${scene.sink.url}/gone`, fallback: 'hook' });
  scene.sink.answer = ({ path }) => (path.endsWith('/gone') ? { status: 404 } : {});
});
afterEach(() => scene.close());

const clock = () => nowMs;

/** A server that delivers what is due and dies at that statement. @returns whether it came so far */
async function dieIn(beforeStatement: number): Promise<boolean> {
  const { pool, isDead } = doomedPool(scene.url, beforeStatement);
  await scene
    .server({ clock, database: { pool } as Database })
    .deliver()
    .catch(() => undefined);
  await pool.end();
  return isDead();
}

/** Another server, once the lease of the dead one is over, and as soon as Postgres knows that it holds no rows any more. */
async function goOn(): Promise<void> {
  nowMs += leaseMs + 1;
  const server = scene.server({ clock });
  while (await scene.isDue(nowMs)) await server.deliver();
}

async function rowsOf(ids: readonly string[]) {
  const { rows } = await scene.database.pool.query<{
    key: string;
    state: string;
    fallback: string | null;
    told: number;
  }>(
    `SELECT n.key, n.state, (SELECT f.state FROM notice f WHERE f.key = n.key || '/fallback') AS fallback,
       (SELECT count(*)::int FROM alert_log l WHERE l.notice_id = n.id) AS told
     FROM notice n WHERE n.id = ANY($1::uuid[])`,
    [ids],
  );
  return rows;
}

it('loses nothing, and sends at most what was not recorded again under its key, at whichever statement a server dies', async () => {
  let [deaths, beforeSending, unrecorded] = [0, 0, 0];
  for (let statement = 1; statement <= mostStatements; statement += 1) {
    nowMs += 10 * 60_000;
    const ids = [...(await scene.notify('hook', 1, nowMs)), ...(await scene.notify('gone', 1, nowMs))];
    const isDead = await dieIn(statement);
    const { sending = 0 } = await scene.states();
    const before = scene.arrivals();
    await goOn();
    const rows = await rowsOf(ids);
    const told = `died before statement ${statement}`;
    expect(rows.map(({ state, fallback }) => `${state} ${fallback}`).sort(), told).toEqual(['dead sent', 'sent null']);
    // One line in the log for each, however often it went out.
    expect(rows.map((row) => row.told).join(), told).toBe('1,1');
    // By keys: what a dead server had in the air may arrive when others are looked at already.
    const keys = rows.flatMap(({ key, fallback }) => (fallback ? [key, `${key}/fallback`] : [key]));
    const after = scene.arrivals();
    for (const key of keys) expect([1, isDead ? 2 : 1], `${told}: ${key}`).toContain(after.get(key));
    const arrived = keys.filter((key) => before.has(key)).length;
    if (!isDead) break;
    deaths += 1;
    if (sending > 0 && arrived === 0) beforeSending += 1;
    if (sending > 0 && arrived > 0) unrecorded += 1;
  }
  expect(deaths).toBeGreaterThan(10);
  expect(deaths).toBeLessThan(mostStatements);
  // Both gaps were met: taken and not sent, sent and not recorded.
  expect(beforeSending).toBeGreaterThan(0);
  expect(unrecorded).toBeGreaterThan(0);
});
