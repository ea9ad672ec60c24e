/** One line per thing worth telling: time, level, words, facts. Hostile text stays inside JSON. */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
}

/** Writes to standard output, where the service manager or `npm start` collects it. */
export const consoleLog: Log = {
  info: (message, facts) => line('info', message, facts),
  warn: (message, facts) => line('warn', message, facts),
};

export const silentLog: Log = { info: () => undefined, warn: () => undefined };

function line(level: string, message: string, facts: Record<string, unknown> | undefined): void {
  const rest = facts && Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : '';
  process.stdout.write(`${new Date().toISOString()} ${level} ${message}${rest}\n`);
}
