import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeInPage } from '../text/testing/encode-in-page.js';
import type { TaskDefinition } from './definition.js';
import { decodeTaskXml, readTaskXml } from './read-task-xml.js';
import { encodeTaskXml, writeTaskXml } from './write-task-xml.js';

const folder = join(import.meta.dirname, 'fixtures');
const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));

function read(source: string | Uint8Array): TaskDefinition {
  const result = readTaskXml(source, { unknownElements: 'refuse' });
  if (!result.ok) throw new Error(`${result.problem.line}: ${result.problem.message}`);
  return result.task;
}

const minimal = (inner: string, root = 'version="1.2"') =>
  `<Task ${root} xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">${inner}<Actions><Exec><Command>a</Command></Exec></Actions></Task>`;

describe('real tasks', () => {
  it.each(files)('%s is read, written and read again without loss', (name) => {
    const task = read(readFileSync(join(folder, name)));
    expect(read(encodeTaskXml(writeTaskXml(task)))).toEqual(task);
    expect(task.actions.length).toBeGreaterThan(0);
  });

  it.each([
    'GeeLaw-daily-restore-point-task.xml',
    'Nick2bad4u-Task-Scheduler-Rules-Online-Copys.xml',
    'FerOliveiraGH-KickAllPlayersDayZ-windows_task.xml',
  ])('%s, an export of Windows, is written as Windows wrote it', (name) => {
    const text = decodeTaskXml(readFileSync(join(folder, name)));
    expect(writeTaskXml(read(text))).toBe(text.trim());
  });
});

describe('bytes in a code page', () => {
  const document = (name: string, declared: string) =>
    `<?xml version="1.0" encoding="${declared}"?>\r\n${minimal(`<RegistrationInfo><URI>${name}</URI></RegistrationInfo>`)}`;
  const nameIn = (bytes: Uint8Array, codePage?: number) => {
    const result = readTaskXml(bytes, { codePage });
    return result.ok ? result.task.registrationInfo?.uri : result.problem.message;
  };

  it.each([
    [850, '\\Tägliche Prüfung'],
    [936, '\\每日备份任务'],
    [932, '\\能力表の更新'],
    [866, '\\Резервное копирование'],
  ])('%i, from a pipe that says UTF-16, keep the name', (codePage, name) => {
    const bytes = encodeInPage(document(name, 'UTF-16'), codePage);
    expect(nameIn(bytes, codePage)).toBe(name);
    expect(nameIn(bytes)).toBe(name);
  });

  it('are read in the page that is told, against all likelihood', () => {
    expect(nameIn(encodeInPage(document('\\ü', 'UTF-16'), 850), 866)).toBe('\\Б');
  });

  it.each([
    ['windows-1251', 1251, '\\Ї'],
    ['GB2312', 936, '\\明'],
    ['iso-8859-1', 1252, '\\ÿ'],
  ])('%s that is declared is believed, unless the bytes are UTF-8', (declared, codePage, name) => {
    expect(nameIn(encodeInPage(document(name, declared), codePage))).toBe(name);
    expect(nameIn(new Uint8Array(Buffer.from(document(name, declared))))).toBe(name);
  });
});

describe('refused tasks', () => {
  // Lines and causes as an independent validation of these files found them.
  it.each([
    ['STROKE-MODS-automation-weekly_task.xml', 38, '', /does not match start tag RunOnlyIfIdle/],
    ['ZidongChen25-Claude-Work-Harder-windows_task.xml', 16, 'LogonType', /S4U, Password, InteractiveToken/],
    ['a31711102-stock-strategy-analyzer-scheduled_task.xml', 6, '', /does not match start tag Description/],
    ['georgebalogh-morning-digest-dotnet-task-scheduler.xml', 18, 'Actions', /names no Principal/],
    ['muink-shellbox-task.xml', 45, '', /does not match start tag bin/],
    ['novemus-webpier-task.xml', 4, 'Date', /date and time/],
    ['wiicode-typefi-installation-scheduled_task.xml', 15, 'UserId', /not blank/],
    ['xklyyds-ai-observer-task_scheduler.xml', 10, 'DailyTrigger', /not a kind of trigger/],
  ])('%s line %i', (name, line, element, message) => {
    const result = readTaskXml(readFileSync(join(folder, 'refused', name)), { unknownElements: 'refuse' });
    expect(result).toMatchObject({ ok: false, problem: { line, element, message: expect.stringMatching(message) } });
  });

  it.each([
    ['<Triggers><TimeTrigger /></Triggers>', 'missing-node', 'TimeTrigger'],
    [
      '<Triggers><CalendarTrigger><StartBoundary>2026-01-01T00:00:00</StartBoundary></CalendarTrigger></Triggers>',
      'missing-node',
      'CalendarTrigger',
    ],
    ['<Triggers><BootTrigger><Repetition /></BootTrigger></Triggers>', 'missing-node', 'Repetition'],
    [`<Triggers>${'<BootTrigger />'.repeat(49)}</Triggers>`, 'too-many-nodes', 'BootTrigger'],
    ['<Settings><Priority>11</Priority></Settings>', 'invalid-value', 'Priority'],
    ['<Settings><Enabled>yes</Enabled></Settings>', 'invalid-value', 'Enabled'],
    ['<Settings><Colour>red</Colour></Settings>', 'unexpected-node', 'Colour'],
    ['<Settings><Enabled>true</Enabled><Enabled>true</Enabled></Settings>', 'unexpected-node', 'Enabled'],
    ['<Extra />', 'unexpected-node', 'Extra'],
  ])('%s', (inner, kind, element) => {
    expect(readTaskXml(minimal(inner), { unknownElements: 'refuse' })).toMatchObject({
      ok: false,
      problem: { kind, element },
    });
  });

  it('needs the right root', () => {
    expect(readTaskXml('<Tasks/>')).toMatchObject({ ok: false, problem: { kind: 'unexpected-node' } });
    expect(readTaskXml('<Task xmlns="urn:other"><Actions/></Task>')).toMatchObject({
      ok: false,
      problem: { kind: 'namespace' },
    });
    expect(readTaskXml('<Task />')).toMatchObject({ ok: false, problem: { kind: 'missing-node' } });
  });
});

describe('what is kept', () => {
  it('carries unknown elements along when asked to', () => {
    const text = minimal(
      '<Triggers><NewTrigger a="1"><Deep>x &amp; y</Deep></NewTrigger></Triggers><Settings><Colour>red</Colour></Settings>',
    );
    const result = readTaskXml(text);
    if (!result.ok) throw new Error(result.problem.message);
    expect(readTaskXml(writeTaskXml(result.task))).toEqual(result);
    expect(writeTaskXml(result.task)).toContain('<Deep>x &amp; y</Deep>');
  });

  it('keeps every kind of trigger', () => {
    const common = '<StartBoundary>2026-01-01T00:00:00</StartBoundary>';
    const task = read(
      minimal(`<Triggers>
        <CalendarTrigger id="m">${common}<ScheduleByMonth><DaysOfMonth><Day>1</Day><Day>Last</Day></DaysOfMonth><Months><March /></Months></ScheduleByMonth></CalendarTrigger>
        <CalendarTrigger>${common}<ScheduleByMonthDayOfWeek><Weeks><Week>2</Week><Week>Last</Week></Weeks><DaysOfWeek><Friday /></DaysOfWeek></ScheduleByMonthDayOfWeek></CalendarTrigger>
        <IdleTrigger><Enabled>false</Enabled></IdleTrigger>
        <SessionStateChangeTrigger><StateChange>SessionLock</StateChange><UserId>x</UserId></SessionStateChangeTrigger>
        <EventTrigger><Subscription>&lt;QueryList /&gt;</Subscription><ValueQueries><Value name="a">b</Value></ValueQueries></EventTrigger>
        <RegistrationTrigger><Delay>PT5M</Delay></RegistrationTrigger>
      </Triggers>`),
    );
    expect(task.triggers.map(({ kind }) => kind)).toEqual([
      'calendar',
      'calendar',
      'idle',
      'session-state-change',
      'event',
      'registration',
    ]);
    expect(task.triggers[4]).toMatchObject({
      subscription: '<QueryList />',
      valueQueries: [{ name: 'a', value: 'b' }],
    });
    expect(read(writeTaskXml(task))).toEqual(task);
  });

  it('escapes hostile text and drops what XML forbids', () => {
    const description = `a<b>&"'\u0001 \u{1F514}\nline ]]>`;
    const written = writeTaskXml({
      registrationInfo: { description },
      triggers: [],
      principals: [],
      settings: {},
      actions: [{ kind: 'exec', command: 'a' }],
    });
    expect(read(written).registrationInfo?.description).toBe(description.replace('\u0001', ''));
  });
});

describe('encodings', () => {
  const text = minimal('<RegistrationInfo><Author>Müller 铃</Author></RegistrationInfo>');
  const author = (bytes: Uint8Array) => read(bytes).registrationInfo?.author;
  const swap = (bytes: Uint8Array) => Uint8Array.from(bytes, (_, index) => bytes[index ^ 1]!);
  it.each([
    ['UTF-16LE with mark', encodeTaskXml(text)],
    ['UTF-16LE without mark', encodeTaskXml(text).slice(2)],
    ['UTF-16BE with mark', swap(encodeTaskXml(text))],
    ['UTF-16BE without mark', swap(encodeTaskXml(text)).slice(2)],
    ['UTF-8', new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-16"?>${text}`)],
    ['UTF-8 with mark', new TextEncoder().encode(`\uFEFF${text}`)],
  ])('%s', (_, bytes) => expect(author(bytes)).toBe('Müller 铃'));

  it('falls back to the commonest code page', () => {
    expect(
      author(
        Uint8Array.from([...minimal('<RegistrationInfo><Author>Müller</Author></RegistrationInfo>')], (character) =>
          character.charCodeAt(0),
        ),
      ),
    ).toBe('Müller');
  });
});
