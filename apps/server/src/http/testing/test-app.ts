import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callRoute } from '@carillon/contract/http/client';
import type { Request, Response, Route } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { configModule } from '../../config/config.module.js';
import { AlertNudge } from '../../queue/alert-nudge.js';
import { DELIVERY_QUEUE, noDeliveryQueue } from '../../queue/delivery-queue.js';
import { HINTS, type Hint } from '../../queue/hints.js';
import { InProcessHints } from '../../queue/in-process-hints.js';
import { JOB_QUEUE, type JobQueue } from '../../queue/job-queue.js';
import { PageNews } from '../../queue/page-news.js';
import { Origins } from '../../shared/origins.js';
import { SharedModule } from '../../shared/shared.module.js';
import { Database } from '../../store/database.store.js';
import { createApp } from '../create-app.js';
import { HttpModule } from '../http.module.js';
import { ResponseCheck } from './response-check.js';

export interface TestAppOptions {
  readonly modules: readonly (Type | DynamicModule)[];
  readonly config?: Partial<Config>;
}

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/**
 * The real HTTP side with some features, on a port of its own and the given database. Every answer is checked against
 * what its route promises. Hints are collected; there is no queue.
 */
export async function startTestApp(databaseUrl: string, options: TestAppOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-http-'));
  const config = { ...testConfig(databaseUrl, folder), ...options.config };
  const hints: Hint[] = [];
  const app = await createApp(testRoot(config, options, hints), config, process.env.LOG_LEVEL ? ['error'] : false);
  app.useGlobalInterceptors(new ResponseCheck());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  app.get(Origins).learnPort(port);
  const origin = `http://127.0.0.1:${port}`;
  const token = readFileSync(config.adminTokenFile, 'utf8').trim();
  return {
    app,
    origin,
    token,
    /** What was hinted so far. */
    hints,
    database: app.get(Database),
    /** Calls a route as the administrator. */
    call: <R extends Route>(route: R, request: Request<R>): Promise<Response<R>> =>
      callRoute({ baseUrl: origin, token }, route, request),
    /** A plain request, signed in by nothing but what `init` says. */
    fetch: (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init),
    async close(): Promise<void> {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A configuration for a server on a port of its own. */
export function testConfig(databaseUrl: string, folder: string): Config {
  return {
    databaseUrl,
    redisUrl: undefined,
    listenHost: '127.0.0.1',
    listenPort: 0,
    dataFolder: folder,
    adminTokenFile: join(folder, 'admin-token'),
    signerKeyFile: join(folder, 'signer.key'),
    secretsKeyFile: join(folder, 'secrets.key'),
    publicOrigins: ['http://127.0.0.1:0', 'http://localhost:0'],
    webRoot: undefined,
    downloadsFolder: join(folder, 'downloads'),
    logLevel: 'info',
    trustProxy: [],
    handshakesPerSecond: limits.handshakesPerSecond,
    unknownSocketsPerAddress: limits.unauthenticatedSocketsPerAddress,
    keepRunsDays: limits.keepRunsDays,
    keepOutputDays: limits.keepOutputDays,
    keepIncidentsDays: limits.keepIncidentsDays,
    keepNoticesDays: limits.keepNoticesDays,
    keepCommandsDays: limits.keepCommandsDays,
    pollMs: 600_000,
    selfWatchMs: 0,
    drainMs: 0,
    approveHosts: false,
    hostKeyDays: 180,
    releaseKeys: [],
    allowPrivateChannels: true,
  };
}

const noQueue: JobQueue = {
  start: () => undefined,
  ensureSchedules: () => undefined,
  enqueue: () => Promise.resolve(),
  health: () => Promise.resolve({ mode: 'postgres', ok: true }),
  close: () => Promise.resolve(),
};

function testRoot(config: Config, { modules }: TestAppOptions, hints: Hint[]): DynamicModule {
  const inProcess = new InProcessHints();
  inProcess.subscribe((hint) => hints.push(hint));
  const queue: DynamicModule = {
    module: TestQueue,
    global: true,
    providers: [
      { provide: HINTS, useValue: inProcess },
      AlertNudge,
      PageNews,
      { provide: JOB_QUEUE, useValue: noQueue },
      { provide: DELIVERY_QUEUE, useValue: noDeliveryQueue },
    ],
    exports: [HINTS, JOB_QUEUE, DELIVERY_QUEUE, AlertNudge, PageNews],
  };
  return { module: TestRoot, imports: [configModule(config), SharedModule, queue, HttpModule, ...modules] };
}

@Module({})
class TestQueue {}

@Module({})
class TestRoot {}
