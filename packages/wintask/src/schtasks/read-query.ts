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
 * Task element, every line of CSV begins with a quote, the rest is read as a list. Tables (`/fo TABLE`) are refused: their
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
  const format = /^\s*"/.test(text) ? 'csv' : 'list';
  const rows = format === 'csv' ? readQueryCsv(text) : readQueryList(text);
  return rows.length > 0 ? { ok: true, format, rows, ...how } : { ok: false, reason: 'no-task', ...how };
}
