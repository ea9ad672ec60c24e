import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Logger } from '@nestjs/common';
import { runServer } from './bootstrap/run-server.js';
import { readConfig } from './config/config.js';
import { JsonLog } from './observability/json-log.js';
import { describeError } from './queue/state-log.js';

/** The folder that holds `prisma/migrations`, from `src`, `dist` or an image. */
function repositoryRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'prisma', 'migrations'))) return folder;
    if (folder === dirname(folder)) throw new Error('prisma/migrations: not found above the server');
  }
}

try {
  const config = readConfig(process.env);
  const log = new JsonLog(config.logLevel);
  Logger.overrideLogger(log);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  await runServer(config, repositoryRoot(), log, stop.signal);
  // A connection attempt that nobody answers would keep the process alive for minutes.
  process.exit(0);
} catch (error) {
  process.stderr.write(`carillon-server: ${describeError(error)}\n`);
  process.exit(1);
}
