import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomFrom } from '@carillon/core/random/random-from';
import { seedOf } from '../seed-of.js';

/** A file that a host of the demo has from the beginning. */
interface SeedFile {
  /** Below the disk, parts joined by `/`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly ageMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** More than the template of a cleanup keeps. */
const logDays = 24;

/** Empty ones; what files are in is made with them. */
const folders = [
  'C/ProgramData/Carillon/answered',
  'C/Windows/Temp',
  'D/data/outgoing',
  'D/logs',
  'D/shop',
  'E/archive',
  'E/backup',
  'UNC/nas/share',
];

/** What the job templates speak of, and a little of what such a host has besides; the same for a seed and a host. */
function filesOf(seed: number, host: string, nowMs: number): SeedFile[] {
  const random = randomFrom(seedOf(seed, host, 'disk'));
  const number = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => `${line(index)}\r\n`).join('');
  const dayOf = (ageMs: number) => new Date(nowMs - ageMs).toISOString().slice(0, 10);
  const order = (index: number) =>
    `${index + 1};${number(10_000, 99_999)};${number(1, 40)};${number(2, 900)},${number(10, 99)}`;

  const orders = Array.from({ length: 6 }, (_, index) => ({
    path: `D/data/orders/${dayOf(index * 30 * dayMs).slice(0, 7)}.csv`,
    content: `no;article;pieces;price\r\n${lines(number(60, 240), order)}`,
    ageMs: index * 30 * dayMs + 5 * hourMs,
  }));
  const backupLogs = Array.from({ length: logDays }, (_, index) => {
    const ageMs = index * dayMs + 7 * hourMs;
    const day = dayOf(ageMs);
    const content = lines(
      number(4, 30),
      (line) => `${day} 02:${String(line).padStart(2, '0')}:00 copied ${number(1, 900)} MB`,
    );
    return { path: `D/backup/logs/backup-${day.replaceAll('-', '')}.log`, content, ageMs };
  });
  return [
    ...orders,
    {
      path: 'D/data/customers.json',
      content: JSON.stringify({ host, customers: number(200, 9_000) }),
      ageMs: 2 * dayMs,
    },
    { path: 'D/data/notes/Übersicht.txt', content: `${host}\r\n`, ageMs: 9 * dayMs },
    { path: 'D/data/notes/价格表.txt', content: `苹果;${number(3, 9)}\r\n梨;${number(3, 9)}\r\n`, ageMs: 4 * dayMs },
    {
      path: 'D/data/scans/label.bin',
      content: Uint8Array.from({ length: 20_000 }, () => number(0, 255)),
      ageMs: 40 * dayMs,
    },
    { path: 'D/data/work/import.tmp', content: 'half of it', ageMs: hourMs },
    ...backupLogs,
    { path: 'D/backup/logs/readme.txt', content: 'Logs of the nightly backup.\r\n', ageMs: 400 * dayMs },
    {
      path: 'D/logs/app.log',
      content: lines(40, (line) => `${dayOf(0)} request ${line} took ${number(3, 900)} ms`),
      ageMs: hourMs,
    },
    { path: 'D/shop/shop.ini', content: '[prices]\r\nfile=prices.json\r\n', ageMs: 90 * dayMs },
    { path: 'D/tools/readme.txt', content: 'Programs are not here: this host is made up.\r\n', ageMs: 90 * dayMs },
    ...[1, 3, 9].map((days) => ({
      path: `C/Windows/Temp/setup-${days}.tmp`,
      content: 'x'.repeat(number(100, 4_000)),
      ageMs: days * dayMs,
    })),
  ];
}

/** Writes what a host of the demo has from the beginning into a folder that is not there yet. */
export function seedDisk(
  folder: string,
  facts: { readonly seed: number; readonly host: string; readonly nowMs: number },
): void {
  for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
  for (const { path, content, ageMs } of filesOf(facts.seed, facts.host, facts.nowMs)) {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
    const changed = new Date(facts.nowMs - ageMs);
    utimesSync(at, changed, changed);
  }
}
