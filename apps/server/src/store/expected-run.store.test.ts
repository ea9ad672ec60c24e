import { cloneDatabase } from '@carillon/testkit/database';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { MissedWorld, type WorldHost } from './testing/missed-world.js';
import { openDatabase } from './testing/stores.js';

let database: Database;
let drop: () => Promise<void>;
beforeEach(async () => {
  const test = await cloneDatabase();
  drop = test.drop;
  database = openDatabase(test.url);
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await drop();
});

const minute = 60_000;

const start = Date.parse('2026-03-10T10:00:00Z');
const at = (minutes: number) => start + minutes * minute;
const between = (from: number, to: number) => (nowMs: number) => nowMs >= at(from) && nowMs < at(to);
const not = (rule: (nowMs: number) => boolean) => (nowMs: number) => !rule(nowMs);
const every: Schedule = [{ kind: 'cron', expression: '*/5 * * * *' }];

async function world(
  hosts: readonly WorldHost[],
  { schedule = every, onMissed = 'skip' as 'skip' | 'run-once' } = {},
): Promise<MissedWorld> {
  const made = new MissedWorld(database, schedule, start, onMissed);
  await made.begin(hosts);
  return made;
}

describe('no false alarm', () => {
  it('in a deploy: all sessions are away for five minutes', async () => {
    const isReached = not(between(20, 25));
    const { length } = await played(await world(['a', 'b', 'c'].map((name) => ({ name, isReached }))), at(60));
    expect(length).toBe(0);
  });

  it('in an outage of agents for hours, whose results come afterwards', async () => {
    const away = await world([{ name: 'a', isReached: not(between(20, 200)) }, { name: 'b' }]);
    await away.play(at(60), { stepMs: 55_000 });
    expect(await away.missed()).toMatchObject([{ host: 'a', verdict: 'host_unknown', amended: null }]);
    expect(await away.signals()).toEqual(['host offline']);
    await away.play(at(260), { stepMs: 55_000 });
    expect(await away.missed()).toMatchObject([{ host: 'a', verdict: 'host_unknown', amended: 'ran' }]);
    expect(await away.signals()).toEqual(['host online']);
  });

  it.each([1, 30])('when the server was down for %d hours', async (hours) => {
    const back = (minutes: number) => not(between(20, 20 + hours * 60 + minutes));
    const hosts = [1, 2, 3].map((minutes) => ({ name: `${minutes}`, isReached: back(minutes) }));
    const made = await world(hosts, { schedule: [{ kind: 'cron', expression: '7 * * * *' }] });
    await made.play(at(hours * 60 + 100), { stepMs: minute, isServing: not(between(20, 20 + hours * 60)) });
    expect((await made.missed()).filter(({ verdict }) => verdict === 'missed')).toEqual([]);
    expect(await made.signals()).toEqual([]);
  });

  it('from clocks that are off within bounds', async () => {
    const hosts = [-400_000, -200_000, -90_000, 90_000, 200_000].map((aheadMs) => ({ name: `${aheadMs}`, aheadMs }));
    expect(await played(await world(hosts), at(60))).toEqual(hosts.map(() => 'host clock'));
  });

  it('for what was applied only later, is new, is being removed, or is no longer a host', async () => {
    const made = await world(['later', 'removed', 'retired'].map((name) => ({ name, isStarting: () => false })));
    const set = (sql: string, name: string) => database.pool.query(sql, [made.hostId(name)]);
    await set(
      `UPDATE expected_cursor SET spans = jsonb_set(spans, '{0,fromMs}', '${at(50)}') WHERE host_id = $1`,
      'later',
    );
    await set(
      `UPDATE assignment SET state = 'removing', updated_at = to_timestamp(${at(0)} / 1000.0) WHERE host_id = $1`,
      'removed',
    );
    await set(`UPDATE host SET state = 'retired' WHERE id = $1`, 'retired');
    await made.play(at(50));
    expect(await made.missed()).toEqual([]);
  });
});

async function played(made: MissedWorld, untilMs: number): Promise<string[]> {
  await made.play(untilMs);
  expect((await made.missed()).filter(({ verdict, amended }) => verdict === 'missed' || amended === 'missed')).toEqual(
    [],
  );
  return await made.signals();
}

it('says nothing of a timetable that it cannot read, and goes on with the others', async () => {
  const made = await world([{ name: 'a', isStarting: (nowMs) => nowMs !== at(20) }]);
  await database.pool.query('ALTER TABLE job_version DISABLE TRIGGER ALL');
  await database.pool.query(
    `INSERT INTO job (id, name, name_key, current_version) VALUES (gen_random_uuid(), 'strange', 'strange', 1)`,
  );
  await database.pool.query(
    `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
     SELECT id, 1, '{"schedule": [{"kind": "cron", "expression": "at tea time"}]}', 's', '{}', 'm', 's', 'test' FROM job WHERE name = 'strange'`,
  );
  await database.pool.query(
    `INSERT INTO assignment (host_id, job_id, version, manifest_hash, applied_version, state)
     SELECT $1, id, 1, 'm', 1, 'applied' FROM job WHERE name = 'strange'`,
    [made.hostId('a')],
  );
  await database.pool.query(
    `UPDATE expected_cursor SET checked_to = $1, check_at = $1, spans = jsonb_set(spans, '{0,fromMs}', '0')`,
    [new Date(start)],
  );
  await made.play(at(30));
  expect(await made.signals()).toEqual(['missed missed no_trace']);
});

describe('what did not run', () => {
  it('since the host was off is told once for all of it, soon after it is back', async () => {
    const made = await world([{ name: 'a', isOn: not(between(20, 63)) }]);
    await made.play(at(100));
    expect(await made.missed()).toMatchObject([
      { verdict: 'host_unknown', amended: 'missed' },
      { verdict: 'missed', cause: 'host_off', occurrences: 9, amended: null },
    ]);
    expect(await made.signals()).toEqual(['host offline', 'host online', 'missed missed host_off']);
  });

  it('since the host starts nothing is told within seconds of its grace', async () => {
    const isStarting = (nowMs: number) => nowMs !== at(20);
    const made = await world([{ name: 'a', isStarting }]);
    await made.play(at(40), { stepMs: 7_000 });
    const [row] = await made.missed();
    expect(row).toMatchObject({ verdict: 'missed', cause: 'no_trace', occurrences: 1, scheduledFor: new Date(at(20)) });
    expect((row?.decidedAt.getTime() ?? 0) - at(25)).toBeLessThan(15_000);
    expect(await made.signals()).toEqual(['missed missed no_trace']);
  });

  it('and ran late after all is amended, not rewritten', async () => {
    const made = await world([{ name: 'a', isStarting: (nowMs) => nowMs !== at(20) }]);
    await made.play(at(27));
    expect(await made.signals()).toEqual(['missed missed no_trace']);
    await made.addRun(made.hostId('a'), { scheduledForMs: at(20), startedMs: at(27) });
    await made.play(at(35));
    expect(await made.missed()).toMatchObject([{ verdict: 'missed', cause: 'no_trace', amended: 'ran_late' }]);
    expect(await made.signals()).toEqual(['missed ran_late ran_late']);
  });

  it('is made up for by one late run, where the job says so', async () => {
    const made = await world([{ name: 'a', isOn: not(between(50, 125)) }], {
      schedule: [{ kind: 'cron', expression: '0 * * * *' }],
      onMissed: 'run-once',
    });
    await made.play(at(130));
    const runId = await made.addRun(made.hostId('a'), { scheduledForMs: at(120), startedMs: at(133) });
    await made.play(at(160));
    expect((await made.missed()).at(-1)).toMatchObject({ verdict: 'ran_late', runId });
    expect(await made.signals()).toEqual(['host offline', 'host online']);
  });

  it('since its task was switched off there', async () => {
    const made = await world([{ name: 'a', isStarting: not(between(20, 40)) }]);
    await database.pool.query(
      `INSERT INTO task_change (id, host_id, job_id, job_version, state, found, differences, noticed_at)
       VALUES (gen_random_uuid(), $1, $2, 1, 'drifted', 'disabled', '{}', $3)`,
      [made.hostId('a'), made.jobId, new Date(at(18))],
    );
    await made.play(at(50));
    expect(await made.missed()).toEqual(
      expect.arrayContaining([expect.objectContaining({ verdict: 'missed', cause: 'task_disabled' })]),
    );
  });

  it('on a host that is silent for a day is assumed, once', async () => {
    const made = await world([{ name: 'a', isReached: not(between(20, 9_999)) }], {
      schedule: [{ kind: 'cron', expression: '30 * * * *' }],
    });
    // Longer steps would be a server that was away itself.
    await made.play(at(26 * 60), { stepMs: 55_000 });
    expect(await made.signals()).toEqual(['host offline', 'missed missed host_unknown']);
    expect((await made.missed()).filter(({ verdict }) => verdict === 'missed')).toMatchObject([
      { cause: 'host_unknown' },
    ]);
  }, 180_000);
});
