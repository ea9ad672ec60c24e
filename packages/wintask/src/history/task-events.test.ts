import { describe, expect, it } from 'vitest';
import { readTaskEvents } from './read-task-events.js';
import { accountOf, instanceOf, resultCodeOf, type TaskEvent, taskOf } from './task-event.js';
import { endOfLogArguments, queryEventsArguments, readLogEnabled } from './wevtutil.js';
import { writeTaskEvent } from './write-task-event.js';

const ns = "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'";
const record = (system: string, data: string) =>
  `<Event ${ns}><System><Provider Name='Microsoft-Windows-TaskScheduler' Guid='{de7b24ea-73c8-4a09-985d-5bdadcfa9017}'/>${system}<Security UserID='S-1-5-18'/></System><EventData Name='X'>${data}</EventData></Event>`;
const completed = record(
  "<EventID>201</EventID><Version>2</Version><TimeCreated SystemTime='2026-11-26T14:00:00.1234567Z'/><EventRecordID>77</EventRecordID>",
  "<Data Name='TaskName'>\\Carillon\\a &amp; b</Data><Data Name='TaskInstanceId'>{AB}</Data><Data Name='ActionName'>C:\\x.exe</Data><Data Name='ResultCode'>2147942402</Data><Data Name='EnginePID'>4</Data>",
);
const logonFailed = record(
  "<EventID>104</EventID><TimeCreated SystemTime='2026-11-26T13:59:59Z'/><EventRecordID>76</EventRecordID>",
  "<Data Name='UserName'>CORP\\etl</Data><Data Name='ResultCode'>-2147023570</Data>",
);

describe('records of the Task Scheduler log', () => {
  it('are read by name, in the order of the log, with or without a root', () => {
    const text = `${completed}\r\n${logonFailed}`;
    const { events, unreadable } = readTaskEvents(`<Events>${text}</Events>`);
    expect(readTaskEvents(text).events).toEqual(events);
    expect(unreadable).toBe(0);
    expect(events.map(({ recordId, id, at }) => [recordId, id, at])).toEqual([
      [76, 104, '2026-11-26T13:59:59.000Z'],
      [77, 201, '2026-11-26T14:00:00.123Z'],
    ]);
    const [logon, done] = events as [TaskEvent, TaskEvent];
    expect([accountOf(logon), resultCodeOf(logon), taskOf(logon)]).toEqual(['CORP\\etl', 0x8007052e, undefined]);
    expect([taskOf(done), instanceOf(done), resultCodeOf(done)]).toEqual(['\\Carillon\\a & b', '{AB}', 0x80070002]);
  });

  it('are read from UTF-16 and from a code page', () => {
    const umlaut = completed.replace('a &amp; b', 'prüfen');
    const utf16 = Buffer.from(`\uFEFF${umlaut}`, 'utf16le');
    expect(taskOf(readTaskEvents(utf16).events[0]!)).toBe('\\Carillon\\prüfen');
    const oem = Buffer.from(umlaut.replace('ü', '\x81'), 'latin1');
    expect(taskOf(readTaskEvents(oem, { codePage: 850 }).events[0]!)).toBe('\\Carillon\\prüfen');
  });

  it('one that is damaged does not spoil the others', () => {
    const bad = [completed.replace('77', 'x'), completed.replace('14:00:00', '99:00:00'), `<Event ${ns}><a></Event>`];
    expect(readTaskEvents([...bad, logonFailed].join('\n'))).toMatchObject({ events: [{ id: 104 }], unreadable: 3 });
    expect(readTaskEvents('')).toEqual({ events: [], unreadable: 0 });
  });

  it('are written as they are read', () => {
    const event = {
      recordId: 3,
      id: 100,
      at: '2026-01-02T03:04:05.678Z',
      data: { TaskName: "\\a'<&\n b", 'x"\'': '' },
    };
    const line = writeTaskEvent(event, 'HOST & CO');
    expect(line).not.toContain('\n');
    expect(readTaskEvents(`${line}\r\n${line}`).events).toEqual([event, event]);
  });
});

describe('wevtutil', () => {
  it('is asked with fixed arguments', () => {
    expect(queryEventsArguments(12, 500)).toContain('/q:*[System[EventRecordID>12]]');
    expect(endOfLogArguments('newest')).toContain('/rd:true');
    expect(() => queryEventsArguments(Number.NaN, 1)).toThrow(RangeError);
  });

  it('says whether the log is on', () => {
    const answer = (enabled: string) =>
      Buffer.from(`\uFEFF<?xml version="1.0"?><channel name="x" enabled="${enabled}" type="Operational">`, 'utf16le');
    expect(['true', 'false', '1'].map((each) => readLogEnabled(answer(each)))).toEqual([true, false, undefined]);
  });
});
