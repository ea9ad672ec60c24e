import { taskEventIds as ids, type TaskEvent } from '@carillon/wintask/history/task-event';
import { describe, expect, it } from 'vitest';
import { noStarts, readStarts, type StartsFacts } from './read-starts.js';
import { describeStartFailure } from './start-failure.js';

const path = '\\carillon\\etl';
const base = Date.parse('2026-11-26T02:00:00Z');
let recordId = 100;

function event(id: number, data: Record<string, string> = {}, seconds = 0, task: string | null = '\\Carillon\\etl') {
  recordId += 1;
  const at = new Date(base + seconds * 1_000).toISOString();
  return { recordId, id, at, data: { ...(task === null ? {} : { TaskName: task }), ...data } } satisfies TaskEvent;
}

const facts = (seconds: number, change: Partial<StartsFacts> = {}): StartsFacts => ({
  nowMs: base + seconds * 1_000,
  isOurs: (each) => each === path,
  hasRun: () => false,
  ...change,
});
const read = (events: TaskEvent[], change: Partial<StartsFacts> = {}) =>
  readStarts(noStarts, events, facts(3_600, change)).failures;

const badPassword = String(0x8007052e);
const notFound = String(0x80070002);

describe('starts that failed, read from the log of Task Scheduler', () => {
  it('a logon failure, with the account of the record that does not name the task', () => {
    const failures = read([
      event(ids.byTime, { InstanceId: '{1}' }),
      event(ids.logonFailed, { UserName: 'CORP\\etl', ErrorDescription: 'x', ResultCode: badPassword }, 0, null),
      event(ids.startFailed, { UserContext: 'etl', ResultCode: badPassword }, 1),
    ]);
    expect(failures).toMatchObject([
      {
        path,
        cause: 'logon_failed',
        resultCode: 0x8007052e,
        account: 'CORP\\etl',
        onDemand: false,
        records: [101, 104],
      },
    ]);
    expect(describeStartFailure(failures[0]!)).toBe(
      'Task Scheduler could not log on CORP\\etl: 0x8007052E, The account name or its password is wrong',
    );
  });

  it('a program that cannot be launched: three records, one failure, named after the first', () => {
    const first = event(ids.launchFailed, { TaskInstanceId: '{1}', ActionName: 'x', ResultCode: notFound });
    const rest = [
      event(ids.actionStartFailed, { InstanceId: '{1}', UserContext: 'SYSTEM', ResultCode: notFound }),
      event(ids.startFailed, { UserContext: 'SYSTEM', ResultCode: notFound }, 1),
    ];
    expect(read([first, ...rest])).toMatchObject([
      { recordId: first.recordId, cause: 'launch_failed', account: 'SYSTEM', records: [203, 103, 101] },
    ]);
  });

  it.each([
    [ids.ignoredRunning, 'overlap'],
    [ids.missedStart, 'missed'],
    [ids.notOnBattery, 'on_battery'],
    [ids.networkMissing, 'no_network'],
    [ids.notIdle, 'not_idle'],
    [ids.userNotLoggedOn, 'not_logged_on'],
    [ids.quotaReached, 'service_busy'],
    [ids.remoteAppSession, 'refused'],
  ] as const)('record %i is %s, also beside a code that says less', (id, cause) => {
    const vague = event(ids.startFailed, { ResultCode: String(0x800710e0) });
    expect(read([event(id)])).toMatchObject([{ cause, resultCode: null }]);
    expect(read([vague, event(id)])).toMatchObject([{ cause, resultCode: 0x800710e0 }]);
    expect(read([event(id), { ...vague, recordId: recordId + 1 }])).toMatchObject([{ cause }]);
  });

  it('a code alone says what it can', () => {
    const causes = [0x80041320, 0x8004131f, 0x80041323, 0x800710e0, 0x80070569, 0x800700c1].map(
      (code) => read([event(ids.startFailed, { ResultCode: String(code) })])[0]?.cause,
    );
    expect(causes).toEqual(['not_logged_on', 'overlap', 'service_busy', 'refused', 'logon_failed', 'launch_failed']);
  });

  it('a runner that ended without leaving a run; one that left one is its own witness', () => {
    const events = [
      event(ids.actionStarted, { TaskInstanceId: '{1}' }),
      event(ids.actionCompleted, { TaskInstanceId: '{1}', ResultCode: String(0xc0000135) }, 30),
    ];
    expect(read(events)).toMatchObject([{ cause: 'runner_failed', resultCode: 0xc0000135 }]);
    const asked: number[] = [];
    const hasRun = (_: string, sinceMs: number) => asked.push(sinceMs) > 0;
    expect(read(events, { hasRun })).toEqual([]);
    expect(asked).toEqual([base - 2_000]);
    const gated = { ...events[1]!, data: { ...events[1]!.data, ResultCode: '0' } };
    expect(read([events[0]!, gated])).toEqual([]);
  });

  it('says when somebody asked for it', () => {
    const events = [event(ids.byUser, { InstanceId: '{1}' }), event(ids.startFailed, { ResultCode: badPassword }, 1)];
    expect(read(events)).toMatchObject([{ onDemand: true }]);
  });

  it('tasks that are not ours are nobody of our business', () => {
    expect(read([event(ids.startFailed, { ResultCode: badPassword }, 0, '\\Other')])).toEqual([]);
  });

  it('two failures a minute apart are two; so are two instances at once', () => {
    const at = (seconds: number, instance: string) =>
      event(ids.launchFailed, { TaskInstanceId: instance, ResultCode: notFound }, seconds);
    expect(read([at(0, '{1}'), at(60, '{2}')])).toHaveLength(2);
    expect(read([at(0, '{1}'), at(1, '{2}')])).toHaveLength(2);
  });
});

describe('reading on', () => {
  const events = [
    event(ids.logonFailed, { UserName: 'CORP\\etl', ResultCode: badPassword }, 0, null),
    event(ids.startFailed, { ResultCode: badPassword }, 0),
    event(ids.startFailed, { ResultCode: badPassword }, 2),
  ];

  it('in pieces gives what reading at once gives, whatever the border', () => {
    const whole = read(events);
    expect(whole).toHaveLength(1);
    for (let border = 0; border <= events.length; border++) {
      const first = readStarts(noStarts, events.slice(0, border), facts(3));
      expect(first.failures).toEqual([]);
      const kept = JSON.parse(JSON.stringify(first.memory)) as typeof first.memory;
      const second = readStarts(kept, events.slice(border), facts(20));
      expect(second.failures).toEqual(whole);
      expect(readStarts(second.memory, [], facts(600)).failures).toEqual([]);
    }
  });

  it('remembers nothing for ever', () => {
    const started = event(ids.actionStarted, { TaskInstanceId: '{9}' });
    const { memory } = readStarts(noStarts, [...events, started], facts(30 * 86_400));
    expect(memory).toEqual(noStarts);
  });

  it('a clock that was set back holds nothing up', () => {
    const { failures } = readStarts(noStarts, events, facts(-3_600));
    expect(failures).toHaveLength(1);
  });
});
