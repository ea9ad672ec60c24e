import { isAtLeast, type LogLevel, type LogRecord, readLogRecord } from '@carillon/core/run/log-line';
import type { OutputLine } from './output-lines.js';

/** A row of the table of log lines. */
export interface LogRow {
  /** Its place in the output. */
  readonly line: number;
  readonly at: string;
  /** Null for a line that is no structured one, which belongs to the one before: a stack trace. */
  readonly record: LogRecord | null;
  readonly text: string;
}

/** A line never changes, and JSON takes its time: read once. */
const known = new WeakMap<OutputLine, LogRecord | null>();

function recordOf(line: OutputLine): LogRecord | null {
  let record = known.get(line);
  if (record === undefined) {
    record = readLogRecord(line.text);
    known.set(line, record);
  }
  return record;
}

/** Whether an output is a structured log: its first lines tell. */
export function isLog(lines: readonly OutputLine[]): boolean {
  return lines.slice(0, 200).some((line) => recordOf(line) !== null);
}

/**
 * The lines of a structured log that are at least so bad, and what stands beneath them.
 * @param least null: all lines
 */
export function logRows(lines: readonly OutputLine[], least: LogLevel | null): LogRow[] {
  const rows: LogRow[] = [];
  // What comes before the first structured line belongs to none.
  let isShown = least === null;
  for (const [index, line] of lines.entries()) {
    const record = recordOf(line);
    if (record) isShown = least === null || isAtLeast(record.level, least);
    if (isShown && (record || line.text !== '')) rows.push({ line: index, at: line.at, record, text: line.text });
  }
  return rows;
}
