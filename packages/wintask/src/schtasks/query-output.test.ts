import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readQueryCsv, readQueryXml } from './query-output.js';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

describe('CSV', () => {
  it('reads a verbose listing with one row per trigger', () => {
    const rows = readQueryCsv(fixture('creativeprojects-resticprofile-csv-v.csv'));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      path: '\\resticprofile backup\\self backup',
      status: 'Ready',
      lastResult: -2147024894,
      runAs: 'user',
    });
  });

  it('keeps the sure columns when raw quotes break a row', () => {
    expect(readQueryCsv(fixture('metasploit-en-csv-v-unescaped.csv'))).toMatchObject([
      { path: '\\fzuZbSwfXc', nextRun: 'N/A', lastResult: 267011 },
    ]);
  });

  it('reads other languages by position and skips repeated headers', () => {
    const text = fixture('MOSS-zh-csv-v-part.csv').replace(/\n/g, '\r\n');
    const header = text.trimStart().split('\r\n')[0]!;
    const rows = readQueryCsv(`${text}\r\n${header}\r\n`);
    expect(rows.map(({ path }) => path)).toEqual([
      '\\Microsoft\\Windows\\Foo',
      '\\MOSS-DailyDataRefresh',
      '\\MOSS-DailyDataRefresh',
      '\\MOSS-MonthlyWalkForward',
    ]);
    expect(rows[3]).toMatchObject({ status: '正在运行', lastResult: 267009 });
    expect(readQueryCsv(fixture('NexaTweaks-es-csv-v.csv')).every(({ path }) => path.startsWith('\\'))).toBe(true);
  });

  it('reads a plain listing, doubled and raw quotes, and nothing', () => {
    expect(readQueryCsv('"TaskName","Next Run Time","Status"\r\n"\\a","N/A","Ready"\r\n')).toEqual([
      { path: '\\a', nextRun: 'N/A', status: 'Ready' },
    ]);
    const cells = (command: string) =>
      ['h', '\\a', 'n', 's', 'l', 'r', '0', 'me', command, ...Array(19).fill('')].map((cell) => `"${cell}"`).join();
    expect(readQueryCsv(cells('""a b"" -x ""y""'))[0]?.command).toBe('"a b" -x "y"');
    expect(readQueryCsv(cells('x "y" z'))[0]?.command).toBe('x "y" z');
    expect(readQueryCsv('\r\n')).toEqual([]);
  });
});

describe('XML', () => {
  const task = (name: string) =>
    `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n<RegistrationInfo><URI>${name}</URI></RegistrationInfo><Actions><Exec><Command>a</Command></Exec></Actions>\r\n</Task>\r\n`;

  it('reads tasks that follow each other', () => {
    const read = readQueryXml(`${task('\\a')}\r\n${task('\\b')}`);
    expect(read.tasks.map(({ path }) => path)).toEqual(['\\a', '\\b']);
  });

  it('reads one document, with paths from its comments, and counts what it cannot read', () => {
    const bodies = [task('\\old'), '<Task><Broken></Task>'].map((text) => text.replace(/<\?xml.*\?>/, ''));
    const read = readQueryXml(
      `<?xml version="1.0"?><Tasks><!-- \\F\\a -->${bodies[0]}<!-- \\F\\b -->${bodies[1]}</Tasks>`,
    );
    expect(read).toMatchObject({ tasks: [{ path: '\\F\\a' }], unreadable: 1 });
  });
});
