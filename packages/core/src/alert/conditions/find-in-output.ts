import { shortenText } from '../shorten-text.js';
import { type LogLevel, logLevels } from './condition.js';
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
/** Other names for the same levels, in upper or lower case; numbers are those of bunyan and pino. */
const levelNames: Readonly<Record<string, LogLevel>> = {
  warning: 'warn',
  err: 'error',
  critical: 'fatal',
  panic: 'fatal',
  emergency: 'fatal',
  '10': 'trace',
  '20': 'debug',
  '30': 'info',
  '40': 'warn',
  '50': 'error',
  '60': 'fatal',
};

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

/** A line of a structured log; null where it is none. */
export function readLogLine(line: string): LogLine | null {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return null;
  }
  const { level, severity, message, msg, service, trace_id: traceId, error } = fields as Record<string, unknown>;
  const known = levelOf(level ?? severity);
  if (!known) return null;
  return {
    level: known,
    message: shown(textOf(message ?? msg ?? error) ?? ''),
    service: shownOrNull(service),
    traceId: shownOrNull(traceId),
    error: shownOrNull(error),
  };
}

function levelOf(value: unknown): LogLevel | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const name = String(value).toLowerCase();
  return logLevels.find((level) => level === name) ?? (Object.hasOwn(levelNames, name) ? levelNames[name] : undefined);
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const rank = (level: LogLevel): number => logLevels.indexOf(level);

const shown = (line: string): string => shortenText(line, shownCharacters);

function shownOrNull(value: unknown): string | null {
  const text = textOf(value);
  return text === null ? null : shown(text);
}
