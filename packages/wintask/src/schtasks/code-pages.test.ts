import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInPage } from '../text/testing/encode-in-page.js';
import { readQueryList } from './query-list.js';
import { readQueryCsv, readQueryXml, type TaskRow } from './query-output.js';
import { readQueryOutput } from './read-query.js';

const folder = join(import.meta.dirname, 'fixtures');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const rowsOf = (source: string | Uint8Array, codePage?: number): TaskRow[] => {
  const read = readQueryOutput(source, { codePage });
  if (!read.ok || read.format === 'xml') throw new Error(`${read.ok ? read.format : read.reason} instead of rows`);
  return read.rows;
};

interface Expected {
  format: 'csv' | 'list';
  rows: string[];
  /** Of the first row, what the format must still have given. */
  first: Partial<TaskRow>;
}

// What each file holds, after index.tsv beside them.
const LISTINGS: Record<string, Expected | 'no-task'> = {
  'InfosHebdo-fr-list-part.txt': { format: 'list', rows: ['\\InfosHebdo'], first: { status: 'Prêt' } },
  // Its author left the task's name out.
  'KarlMarketWatch-de-list-v-part.txt': 'no-task',
  'MOSS-zh-csv-v-part.csv': {
    format: 'csv',
    rows: [
      '\\Microsoft\\Windows\\Foo',
      '\\MOSS-DailyDataRefresh',
      '\\MOSS-DailyDataRefresh',
      '\\MOSS-MonthlyWalkForward',
    ],
    first: { status: '就绪', logonMode: '交互' },
  },
  'NexaTweaks-es-csv-v.csv': {
    format: 'csv',
    rows: ['\\AMDRyzenMasterSDKTask', '\\CreateExplorerShellUnelevatedTask'],
    first: { status: 'En ejecución', lastResult: 267009 },
  },
  'ReelBrain-en-csv.csv': {
    format: 'csv',
    rows: ['\\ReelBrain Nightly Runner'],
    first: { lastResult: -2147020576, lastRun: '26-08-2026 20:39:06' },
  },
  'WPRIVESC1-en-list-v.txt': { format: 'list', rows: ['\\vulntask'], first: { lastResult: 0, runAs: 'taskusr1' } },
  'creativeprojects-resticprofile-csv-v.csv': {
    format: 'csv',
    rows: ['\\resticprofile backup\\self backup', '\\resticprofile backup\\self backup'],
    first: { lastResult: -2147024894, runAs: 'user' },
  },
  'creativeprojects-resticprofile-list-v.txt': {
    format: 'list',
    rows: ['\\resticprofile backup\\self backup', '\\resticprofile backup\\self backup'],
    first: { lastResult: 1, runAs: 'Fred' },
  },
  'diaria-en-list.txt': { format: 'list', rows: ['\\Diaria-Overnight-Watchdog'], first: { host: 'DESKTOP-PIXEL' } },
  'foresight-zh-csv-v.csv': {
    format: 'csv',
    rows: ['\\foresight-daily', '\\Foresight-Predict', '\\Foresight-Resolve'],
    first: { status: '就绪', lastResult: 0 },
  },
  'metasploit-en-csv-v-unescaped.csv': { format: 'csv', rows: ['\\fzuZbSwfXc'], first: { lastResult: 267011 } },
  'sergueik-powershell_samples-2.txt': {
    format: 'list',
    rows: ['\\ATASK'],
    first: { runAs: 'SYSTEM', comment: 'N/A', startIn: 'c:\\Windows\\System32\\WindowsPowerShell\\v1.0' },
  },
};
const names = Object.keys(LISTINGS);
const codePageOf: Record<string, number> = { de: 850, en: 850, es: 850, fr: 850, zh: 936 };
const languageOf = (name: string) => /-(de|es|fr|zh)-/.exec(name)?.[1] ?? 'en';

describe('captured listings', () => {
  it('are all in the table, and in the index', () => {
    const files = readdirSync(folder).filter((name) => /\.(csv|txt)$/.test(name));
    expect(names.sort()).toEqual(files.sort());
    const index = readFileSync(join(folder, 'index.tsv'), 'utf8').trim().split(/\r?\n/).slice(1);
    expect(index.map((line) => line.split('\t')[0]).sort()).toEqual(names);
  });

  it.each(names)('%s is read to its rows, or refused with a reason', (name) => {
    const expected = LISTINGS[name]!;
    const read = readQueryOutput(bytesOf(name));
    if (expected === 'no-task') {
      expect(read).toMatchObject({ ok: false, reason: 'no-task' });
      return;
    }
    expect(read).toMatchObject({ ok: true, format: expected.format, encoding: 'utf-8', replaced: 0 });
    expect(rowsOf(bytesOf(name)).map(({ path }) => path)).toEqual(expected.rows);
    expect(rowsOf(bytesOf(name))[0]).toMatchObject(expected.first);
  });

  it.each(names.filter((name) => LISTINGS[name] !== 'no-task'))('%s is the same in its console page', (name) => {
    // Windows ends lines with CR LF, and writes `?` for the one dash that 850 does not have.
    const text = readFileSync(join(folder, name), 'utf8').replace(/\r?\n/g, '\r\n').replaceAll('—', '?');
    const codePage = codePageOf[languageOf(name)]!;
    const bytes = encodeInPage(text, codePage);
    expect(rowsOf(bytes, codePage)).toEqual(rowsOf(text));
    expect(rowsOf(bytes)).toEqual(rowsOf(text));
    expect(rowsOf(Buffer.from(text, 'utf16le'), codePage)).toEqual(rowsOf(text));
  });
});

// Written by hand in the shape of the captured ones with the labels of those languages, and encoded by another library.
const WRITTEN: [name: string, codePage: number, rows: Partial<TaskRow>[]][] = [
  [
    'de-850-list-v.txt',
    850,
    [
      {
        path: '\\Prüfung\\Tägliche Sicherung',
        host: 'BÜRO-03',
        lastResult: -2147024891,
        author: 'BÜRO-03\\Jörg',
        command: 'C:\\Straße\\sichern.cmd "für alle"',
        comment: 'Größe prüfen: ja',
        runAs: 'SYSTEM',
      },
    ],
  ],
  ['el-737-csv.csv', 737, [{ path: '\\Ημερήσια αντίγραφα', status: 'Έτοιμη' }]],
  [
    'ja-932-csv-v.csv',
    932,
    [
      {
        path: '\\業務\\日次バックアップ',
        status: '準備完了',
        command: 'C:\\ツール\\予定表.exe -実行',
        comment: '毎晩のバックアップ～表と図',
      },
      { path: '\\能力表示', lastResult: 267009, command: 'C:\\ソフト\\x.bat', comment: '十分なﾃｽﾄ', runAs: 'SYSTEM' },
    ],
  ],
  [
    'ko-949-list-v.txt',
    949,
    [{ path: '\\매일 백업', status: '준비', lastResult: -2147024894, comment: '뷁 똠방각하 펲시', runAs: 'SYSTEM' }],
  ],
  ['pl-852-list.txt', 852, [{ host: 'KSIĘGOWOŚĆ', path: '\\Kopia źródeł', status: 'Gotowy' }]],
  [
    'ru-866-csv-v.csv',
    866,
    [{ path: '\\Резервное копирование', status: 'Готово', author: 'БУХ-01\\Иванов', runAs: 'СИСТЕМА' }],
  ],
  [
    'tr-857-csv.csv',
    857,
    [
      { path: '\\Gece Yedeği', status: 'Hazır' },
      { path: '\\İşlemler\\Günlük çağrı', status: 'Devre Dışı' },
    ],
  ],
  [
    'zh-tw-950-csv.csv',
    950,
    [
      { path: '\\每日備份\\功能測試', status: '就緒' },
      { path: '\\許可證檢查', nextRun: 'N/A' },
    ],
  ],
];

describe('listings in the bytes of a console', () => {
  it.each(WRITTEN)('%s is read, told and untold', (name, codePage, rows) => {
    expect(rowsOf(bytesOf(`written/${name}`), codePage)).toMatchObject(rows);
    expect(rowsOf(bytesOf(`written/${name}`))).toMatchObject(rows);
  });

  it.each([
    ['de-850-xml.xml', 850, ['\\Prüfung\\Tägliche Sicherung', '\\Größe']],
    ['ja-932-xml.xml', 932, ['\\業務\\能力表']],
  ])('%s keeps its names, whatever its declaration says', (name, codePage, paths) => {
    for (const told of [codePage, undefined]) {
      const read = readQueryOutput(bytesOf(`written/${name}`), { codePage: told });
      expect(read).toMatchObject({ ok: true, format: 'xml', unreadable: 0, replaced: 0 });
      expect(read.ok && read.format === 'xml' && read.tasks.map(({ path }) => path)).toEqual(paths);
    }
  });

  it('are read in the page that is told, against all likelihood', () => {
    const told = { codePage: 866 };
    const csv = encodeInPage('"\\ü","N/A","x"\r\n', 850);
    const list = encodeInPage('H: h\r\nT: \\ü\r\nN: N/A\r\nS: x\r\n', 850);
    const xml = encodeInPage('<!-- \\ü --><Task><Actions><Exec><Command>a</Command></Exec></Actions></Task>', 850);
    expect(readQueryCsv(csv, told)[0]?.path).toBe('\\Б');
    expect(readQueryList(list, told)[0]?.path).toBe('\\Б');
    expect(readQueryXml(xml, told).tasks[0]?.path).toBe('\\Б');
    expect(rowsOf(csv, 866)[0]?.path).toBe('\\Б');
    expect(rowsOf(csv)[0]?.path).toBe('\\ü');
  });

  it('are refused when there is nothing or no task in them', () => {
    expect(readQueryOutput('\ufeff\r\n')).toMatchObject({ ok: false, reason: 'empty' });
    expect(readQueryOutput(encodeInPage('FEHLER: Ungültige Syntax.\r\n', 850))).toEqual({
      ok: false,
      reason: 'no-task',
      encoding: 'ibm850',
      replaced: 0,
    });
    const table =
      'Folder: \\\r\nTaskName       Next Run Time   Status\r\n============== =============== ======\r\na   N/A   Ready';
    expect(readQueryOutput(table)).toMatchObject({ ok: false, reason: 'no-task' });
  });
});

describe('any bytes', () => {
  const pieces = ['"', '","', '\\', '\r\n', '\n\n', ': ', '<Task>', '</Task>', '<!-- \\', '-->', 'é', '表', '0'];
  const wild = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => encodeInPage(parts.join(''), 932)),
  );

  it('are rows or a reason, never an error', () => {
    fc.assert(
      fc.property(wild, fc.constantFrom(undefined, 850, 936, 1200), (bytes, codePage) => {
        const read = readQueryOutput(bytes, { codePage });
        if (read.ok && read.format !== 'xml') expect(read.rows.every(({ path }) => path.startsWith('\\'))).toBe(true);
        readQueryCsv(bytes, { codePage });
        readQueryList(bytes, { codePage });
        readQueryXml(bytes, { codePage });
      }),
    );
  });

  it.each(['<Task ', '<!-- \\', '<!-- \\-->\n<Task ', '"', '"",', 'a: \\\n', ':', '\\\n\n', '\xff\n'])(
    'are read in time, also %j over and over',
    (piece) => {
      const bytes = encodeInPage(piece.repeat(Math.floor(1_000_000 / piece.length)), 850);
      readQueryOutput(bytes);
      readQueryCsv(bytes);
      readQueryList(bytes);
      readQueryXml(bytes);
    },
    5_000,
  );
});
