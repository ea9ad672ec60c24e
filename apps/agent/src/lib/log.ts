import { appendFileSync, renameSync, statSync } from 'node:fs';

/** One line per thing worth telling: time, level, words, facts. Hostile text stays inside JSON. */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
}

/** Writes to standard output, where the service manager or `npm start` collects it. */
export const consoleLog: Log = logTo((line) => process.stdout.write(line));

export const silentLog: Log = { info: () => undefined, warn: () => undefined };

const fileBytes = 5 * 1024 * 1024;

/**
 * Writes to a file, for an agent whose output nobody reads, as under Task Scheduler. Past 5 MiB the file becomes
 * `<path>.1` and a new one begins, so that there are never more than two. A full disk loses lines, never the agent.
 */
export function fileLog(path: string): Log {
  return logTo((line) => {
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > fileBytes) renameSync(path, `${path}.1`);
      appendFileSync(path, line, { mode: 0o600 });
    } catch {
      // Nowhere is left to say it.
    }
  });
}

function logTo(write: (line: string) => unknown): Log {
  const line = (level: string) => (message: string, facts?: Record<string, unknown>) => {
    const rest = facts && Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : '';
    write(`${new Date().toISOString()} ${level} ${message}${rest}\n`);
  };
  return { info: line('info'), warn: line('warn') };
}
