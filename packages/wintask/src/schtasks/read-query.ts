import { decodeConsoleOutput } from '../text/decode-console-output.js';
import { readQueryList } from './query-list.js';
import {
  type QueriedTask,
  type QueryOptions,
  type QuerySource,
  readQueryCsv,
  readQueryXml,
  type TaskRow,
} from './query-output.js';

interface HowRead {
  /** Name of the encoding that bytes were read in; undefined for text. */
  encoding: string | undefined;
  /** Characters that had no meaning in it. */
  replaced: number;
}

export type QueryAnswer =
  | (HowRead & { ok: true; format: 'csv' | 'list'; rows: TaskRow[] })
  | (HowRead & { ok: true; format: 'xml'; tasks: QueriedTask[]; unreadable: number })
  | (HowRead & {
      ok: false;
      /** `empty`: nothing but blanks. `no-task`: no line names a task by its path, as in notices, tables and cut listings. */
      reason: 'empty' | 'no-task';
    });

/**
 * Reads `schtasks /query` in whichever format it is, by structure alone, so in any language and code page: XML has a
 * Task element, lines of CSV begin with a quote, the rest is read as a list. Tables (`/fo TABLE`) are refused: their
 * columns are cut. Never throws.
 */
export function readQueryOutput(source: QuerySource, options: QueryOptions = {}): QueryAnswer {
  const { text, encoding, replaced } =
    typeof source === 'string'
      ? { text: source.replace(/^\uFEFF/, ''), encoding: undefined, replaced: 0 }
      : decodeConsoleOutput(source, options);
  const how = { encoding, replaced };
  if (text.trim() === '') return { ok: false, reason: 'empty', ...how };
  if (/<Task[\s>]/.test(text)) {
    const read = readQueryXml(text);
    return read.tasks.length + read.unreadable > 0
      ? { ok: true, format: 'xml', ...read, ...how }
      : { ok: false, reason: 'no-task', ...how };
  }
  const csv = /^"/m.test(text) ? readQueryCsv(text) : [];
  if (csv.length > 0) return { ok: true, format: 'csv', rows: csv, ...how };
  const list = readQueryList(text);
  return list.length > 0 ? { ok: true, format: 'list', rows: list, ...how } : { ok: false, reason: 'no-task', ...how };
}
