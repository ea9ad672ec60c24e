import { type LogLevel, logLevels, readLogRecord } from '../../run/log-line.js';
import { shortenText } from '../shorten-text.js';

import type { Pattern } from './pattern.js';

/** What was found in what a run wrote. */
export interface OutputFinding {
  /** The first line that matches, shortened; null: none does. */
  readonly matched: string | null;
  /** The worst structured line at or above what is asked; null: none. */
  readonly logged: LogLine | null;
}

/** A structured line: a JSON object a line, with the fields of the writing guide. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly service: string | null;
  readonly traceId: string | null;
  readonly error: string | null;
}

/** Longer lines are looked at as far as here. */
const lineCharacters = 16_384;
const shownCharacters = 200;
/** Looks at a run's output line by line. */
export function findInOutput(
  text: string,
  asked: { pattern: Pattern | null; atLeast: LogLevel | null },
): OutputFinding {
  let matched: string | null = null;
  let logged: LogLine | null = null;
  for (const whole of text.split(/\r\n|\r|\n/)) {
    const line = whole.length > lineCharacters ? whole.slice(0, lineCharacters) : whole;
    if (matched === null && asked.pattern?.found(line)) matched = shown(line);
    if (asked.atLeast === null) continue;
    const found = readLogLine(line);
    if (found && rank(found.level) >= rank(asked.atLeast) && (!logged || rank(found.level) > rank(logged.level)))
      logged = found;
  }
  return { matched, logged };
}

/** A line of a structured log, shortened; null where it is none. */
export function readLogLine(line: string): LogLine | null {
  const record = readLogRecord(line);
  if (!record) return null;
  const { level, message, service, traceId, error } = record;
  return {
    level,
    message: shown(message),
    service: service && shown(service),
    traceId: traceId && shown(traceId),
    error: error && shown(error),
  };
}

const rank = (level: LogLevel): number => logLevels.indexOf(level);

const shown = (line: string): string => shortenText(line, shownCharacters);
