import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { describeError } from '../queue/state-log.js';
import { isDatabaseDown } from '../store/database-errors.js';
import { migrate } from '../store/migrate.js';
import { grantRuntime } from '../store/runtime-role.js';
import { portError } from './port-error.js';

const firstWaitMs = 1_000;
const longestWaitMs = 10_000;

/**
 * Migrates the database, waiting for it as long as it takes. Meanwhile the port answers: alive, not ready, and why.
 * Gives up quietly when the signal asks for a stop.
 * @throws Error when a migration fails, which waiting would not mend, or when the port is taken
 */
export async function waitForDatabase(config: Config, migrations: string, signal: AbortSignal): Promise<void> {
  const logger = new Logger('Start');
  const place = placeOf(config.databaseUrl);
  let problem = `the database at ${place} has not answered yet`;
  const door = await openDoor(config, () => problem);
  try {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        // A database that swallows packets must not hold up a stop.
        const { databaseUrl, databaseOwnerUrl } = config;
        const applied = await Promise.race([migrate(databaseOwnerUrl ?? databaseUrl, migrations), aborted(signal)]);
        for (const name of applied) logger.log(`migration ${name} applied`);
        if (databaseOwnerUrl && !signal.aborted)
          await Promise.race([grantRuntime(databaseUrl, databaseOwnerUrl), aborted(signal)]);
        return;
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
        problem = `the database at ${place} is not reachable: ${describeError(error)}`;
        logger.warn(`${problem}; trying again in ${waitMs / 1_000} s`);
        await wait(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    await closeDoor(door);
  }
}

function aborted(signal: AbortSignal): Promise<string[]> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve([]), { once: true }));
}

/** Host and database name; never the password. */
export function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

/** A refused sign-in (class 28) is waited for too: a password may be set a moment after the database is up. */
function isUnreachable(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return isDatabaseDown(error) || /^28[0-9A-Z]{3}$/.test(code);
}

async function openDoor(config: Config, problem: () => string): Promise<Server> {
  const server = createServer((request, response) => {
    const alive = request.url === '/healthz';
    const body = alive
      ? { status: 'alive' }
      : {
          status: 'not-ready',
          code: 'unavailable',
          params: {},
          message: problem(),
          checks: { database: { ok: false, message: problem() } },
        };
    response
      .writeHead(alive ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'retry-after': '5',
      })
      .end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) =>
    server
      .once('error', (error) => reject(portError(error, config)))
      .listen(config.listenPort, config.listenHost, resolve),
  );
  return server;
}

function closeDoor(door: Server): Promise<void> {
  return new Promise((resolve) => {
    door.close(() => resolve());
    door.closeAllConnections();
  });
}
