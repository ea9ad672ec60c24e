import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { requireAccess } from '@carillon/contract/http/access';
import { livePath } from '@carillon/contract/live/live-messages';
import { Logger, type LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { appModule } from '../app.module.js';
import type { Config } from '../config/config.js';
import { LiveSockets } from '../features/live/live-sockets.js';
import { AgentGateway } from '../gateway/agent-gateway.js';
import { createApp } from '../http/create-app.js';
import { handledRoutes, requireHandlers } from '../http/require-handlers.js';
import { Metrics } from '../observability/metrics.js';
import { Origins } from '../shared/origins.js';
import { productVersion } from '../shared/product.js';
import { portError } from './port-error.js';
import { placeOf, waitForDatabase } from './wait-for-database.js';

/** Longest time in which an orderly stop must be done, after the drain. */
const stopLimitMs = 30_000;

/**
 * Runs a server until the signal asks it to stop, and stops it in order: not ready, agents away, requests answered,
 * queue and database closed.
 * @param repository folder that holds `prisma/migrations`
 * @throws Error when the port is taken, a migration fails, or the stop takes too long
 */
export async function runServer(config: Config, repository: string, log: LoggerService, signal: AbortSignal) {
  const logger = new Logger('Start');
  logger.log(`Carillon ${productVersion}: database ${placeOf(config.databaseUrl)}, ${queueWords(config)}`);
  await waitForDatabase(config, join(repository, 'prisma/migrations'), signal);
  if (signal.aborted) return;
  const app = await startApp(config, log);
  logger.log(`ready on ${await app.getUrl()}, reached as ${app.get(Origins).all.join(', ')}`);
  if (!signal.aborted) await once(signal, 'abort');
  logger.log('stopping');
  // No new work comes before the port closes: whoever balances has seen `/readyz` say no meanwhile.
  await Promise.all([app.get(AgentGateway).drain(), wait(config.drainMs)]);
  await stopInTime(app);
  logger.log('stopped');
}

/** Makes the application and lets it listen. */
export async function startApp(config: Config, log: LoggerService | false): Promise<NestFastifyApplication> {
  const app = await createApp(appModule(config), config, log);
  try {
    requireHandlers(handledRoutes(app));
    requireAccess();
    app.get(Metrics).attach(app.getHttpAdapter().getInstance());
    const server = app.getHttpServer();
    app.get(AgentGateway).attach(server, { [livePath]: app.get(LiveSockets) });
    await app.listen(config.listenPort, config.listenHost).catch((error) => {
      throw portError(error, config);
    });
    app.get(Origins).learnPort((server.address() as AddressInfo).port);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

async function stopInTime(app: NestFastifyApplication): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not stopped within ${stopLimitMs / 1_000} s`)), stopLimitMs);
  });
  await Promise.race([app.close(), late]).finally(() => clearTimeout(timer));
}

function queueWords(config: Config): string {
  return config.redisUrl === undefined
    ? 'queue in Postgres, this is the only server'
    : `queue and hints in Redis at ${new URL(config.redisUrl).host}`;
}
