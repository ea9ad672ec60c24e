import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeTaskEvent } from '@carillon/wintask/history/write-task-event';

const LARGEST_FILE = 4 * 1024 * 1024;
const FILES = 2;

interface HistoryFile {
  file: string;
  /** Number of its first record. */
  base: number;
}

const folderOf = (store: string) => join(store, 'history');
const offMark = (store: string) => join(folderOf(store), 'off');

function filesOf(store: string): HistoryFile[] {
  const folder = folderOf(store);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.xml$/.test(name)) : [];
  return names.sort().map((name) => ({ file: join(folder, name), base: Number.parseInt(name, 10) }));
}

const fileAt = (store: string, base: number) => join(folderOf(store), `${String(base).padStart(15, '0')}.xml`);
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);

/** True unless somebody switched the history off. */
export function isHistoryOn(store: string): boolean {
  return !existsSync(offMark(store));
}

export function switchHistory(store: string, on: boolean): void {
  mkdirSync(folderOf(store), { recursive: true });
  if (on) rmSync(offMark(store), { force: true });
  else writeFileSync(offMark(store), '');
}

/**
 * Adds a record, a line each. Several processes write: a line goes out in one piece, and the number of a record is its
 * place, so that nobody has to count.
 */
export function addRecord(store: string, id: number, data: Record<string, string>, nowMs: number): void {
  if (!isHistoryOn(store)) return;
  mkdirSync(folderOf(store), { recursive: true });
  const event = { recordId: 0, id, at: new Date(nowMs).toISOString(), data };
  appendFileSync(openFile(store), `${writeTaskEvent(event, hostname())}\n`);
}

/** The file to write to. A full one is followed by another, and the oldest goes, as in a circular log. */
function openFile(store: string): string {
  const files = filesOf(store);
  const last = files.at(-1) ?? { file: fileAt(store, 1), base: 1 };
  if ((statSync(last.file, { throwIfNoEntry: false })?.size ?? 0) < LARGEST_FILE) return last.file;
  for (const { file } of files.slice(0, -(FILES - 1))) rmSync(file, { force: true });
  return fileAt(store, last.base + linesOf(last.file).length);
}

/** All records that are kept, oldest first, as XML with their numbers. */
export function readRecords(store: string): { recordId: number; xml: string }[] {
  return filesOf(store).flatMap(({ file, base }) =>
    linesOf(file).map((line, index) => ({
      recordId: base + index,
      xml: line.replace('<EventRecordID>0<', `<EventRecordID>${base + index}<`),
    })),
  );
}

/** Empties the log; numbers start over, so that readers must notice. */
export function clearHistory(store: string): void {
  for (const { file } of filesOf(store)) rmSync(file, { force: true });
}
