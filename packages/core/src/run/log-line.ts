export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
/** Of structured log lines, mildest first. */
export type LogLevel = (typeof logLevels)[number];

/** A line of a structured log: a JSON object a line, with the fields of docs/writing-jobs.md. Its texts are a program's own. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  /** As the program wrote it; null where it says none. */
  readonly at: string | null;
  readonly service: string | null;
  readonly traceId: string | null;
  readonly error: string | null;
  /** What else it says, in its order, as text. */
  readonly more: readonly (readonly [name: string, value: string])[];
}

/** Other names for the same levels, in upper or lower case; numbers are those of bunyan and pino. */
const levelNames: Readonly<Record<string, LogLevel>> = {
  information: 'info',
  notice: 'info',
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

/** Under which names libraries write the same thing; the first that is there counts. */
const names = {
  level: ['level', 'severity', 'lvl', '@l'],
  message: ['message', 'msg', '@m'],
  at: ['time', 'timestamp', 'ts', '@timestamp', '@t'],
  service: ['service'],
  traceId: ['trace_id', 'traceId', 'traceid'],
  error: ['error', 'err'],
} as const;

/** @returns null for a line that is no JSON object with a level */
export function readLogRecord(line: string): LogRecord | null {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const taken = new Set<string>();
  const take = (field: keyof typeof names): unknown => {
    const name = names[field].find((each) => fields[each] !== undefined && fields[each] !== null);
    if (name === undefined) return undefined;
    taken.add(name);
    return fields[name];
  };
  const level = levelOf(take('level'));
  if (!level) return null;
  const [at, service, traceId, error] = [take('at'), take('service'), take('traceId'), take('error')].map(textOf);
  return {
    level,
    message: textOf(take('message')) ?? error ?? '',
    ...{ at: at ?? null, service: service ?? null, traceId: traceId ?? null, error: error ?? null },
    more: Object.entries(fields).flatMap(([name, value]) =>
      taken.has(name) ? [] : [[name, textOf(value) ?? ''] as const],
    ),
  };
}

/** Whether a level is at least as bad as another. */
export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
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
