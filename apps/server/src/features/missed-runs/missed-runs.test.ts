import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { MissedWorld } from '../../store/testing/missed-world.js';
import { MissedRunsModule } from './missed-runs.module.js';

const start = Date.parse('2026-03-10T10:00:00Z');
const at = (minutes: number) => start + minutes * 60_000;
let app: TestApp;
let drop: () => Promise<void>;
let world: MissedWorld;

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [MissedRunsModule] });
  world = new MissedWorld(app.database, [{ kind: 'cron', expression: '*/5 * * * *' }], start);
  await world.begin([
    { name: 'off', isOn: (now) => now < at(20) || now >= at(40) },
    { name: 'lazy', isStarting: (now) => now !== at(10) && now !== at(30) },
  ]);
  await world.play(at(60));
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

describe('missed runs', () => {
  it('are listed newest first, page by page', async () => {
    const all = await app.call(api.missedRuns.list, {});
    expect(all.items.length).toBeGreaterThan(2);
    const first = await app.call(api.missedRuns.list, { limit: 2 });
    const rest = await app.call(api.missedRuns.list, { cursor: first.next ?? '' });
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(rest.next).toBeNull();
  });

  it('are told by job, host, verdict, cause and time, with what was learnt later', async () => {
    const job = world.jobId;
    const off = await app.call(api.missedRuns.list, { host: 'OFF', job });
    expect(off.items).toMatchObject([
      { verdict: 'missed', cause: 'host_off', certainty: 'certain', occurrences: 4, amended: null },
      {
        verdict: 'host_unknown',
        cause: 'host_unknown',
        amended: { verdict: 'missed', cause: 'host_off', figures: expect.any(Object) },
      },
    ]);
    // What it is known from has codes, so that it can be said in other languages.
    expect(off.items[0]?.evidence.map(({ code }) => code)).toEqual(['last_heard', 'heard_again', 'started']);
    const lazy = await app.call(api.missedRuns.list, { cause: 'no_trace', verdict: 'missed' });
    expect(lazy.items.map(({ scheduledFor }) => Date.parse(scheduledFor))).toEqual([at(30), at(10)]);
    const late = await app.call(api.missedRuns.list, { host: 'lazy', since: new Date(at(20)).toISOString() });
    expect(late.items).toHaveLength(1);
    expect((await app.call(api.missedRuns.list, { job: 'other' })).items).toEqual([]);
  });

  it('are not read with a cursor of another list', async () => {
    const cursor = Buffer.from('v1:x', 'utf8').toString('base64url');
    await expect(app.call(api.missedRuns.list, { cursor })).rejects.toThrow(/cursor/);
  });
});
