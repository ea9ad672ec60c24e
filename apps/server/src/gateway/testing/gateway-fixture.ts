import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '@carillon/contract/limits';
import { type SigningContext, signText } from '@carillon/core/desired/signing';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '../../config/config.js';
import { configModule } from '../../config/config.module.js';
import { AlertNudge } from '../../queue/alert-nudge.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { InProcessHints } from '../../queue/in-process-hints.js';
import { PageNews } from '../../queue/page-news.js';
import { Refusals } from '../../shared/refusals.js';
import { SharedModule } from '../../shared/shared.module.js';
import { Signer } from '../../shared/signer.js';
import { readPrivateKey } from '../../shared/signing/key-files.js';
import { WitnessDesk } from '../../shared/witness-desk.js';
import { AcceptedStore } from '../../store/accepted.store.js';
import { AdmissionStore } from '../../store/admission.store.js';
import { Database } from '../../store/database.store.js';
import { DesiredStore } from '../../store/desired.store.js';
import { EnrolmentTokenStore } from '../../store/enrolment-token.store.js';
import { SigningSweepStore } from '../../store/signing-sweep.store.js';
import { AgentGateway } from '../agent-gateway.js';
import { GatewayModule } from '../gateway.module.js';
import { GatewayStatus } from '../gateway-status.js';
import { Presence } from '../presence.service.js';

export interface GatewayOptions {
  readonly hints?: Hints;
  /** Long by default, so that a test that passes did not live on the poll. */
  readonly pollMs?: number;
  /** Several gateways share a signer as several servers do. */
  readonly folder?: string;
  readonly trustProxy?: readonly string[];
  readonly approveHosts?: boolean;
  readonly hostKeyDays?: number;
}

export type TestGateway = Awaited<ReturnType<typeof startGateway>>;

/** A real gateway on a real HTTP server and database; hints stay inside the process. */
export async function startGateway(databaseUrl: string, options: GatewayOptions = {}) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'carillon-gateway-'));
  const hints = options.hints ?? new InProcessHints();
  const app = await NestFactory.createApplicationContext(testModule(databaseUrl, folder, hints, options), {
    logger: process.env.LOG_LEVEL ? ['log', 'warn', 'error'] : false,
  });
  await app.init();
  const gateway = app.get(AgentGateway);
  const server = http.createServer((_request, response) => response.writeHead(404).end());
  gateway.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const database = app.get(Database);
  return {
    port: (server.address() as AddressInfo).port,
    databaseUrl,
    folder,
    hints,
    gateway,
    database,
    presence: app.get(Presence),
    status: app.get(GatewayStatus),
    signer: app.get(Signer),
    accepted: app.get(AcceptedStore),
    refusals: app.get(Refusals),
    desired: app.get(DesiredStore),
    tokens: new EnrolmentTokenStore(database, app.get(AcceptedStore)),
    admissions: app.get(AdmissionStore),
    sweep: app.get(SigningSweepStore),
    witnesses: app.get(WitnessDesk),
    /** Rows of a query, for assertions. */
    async rows<T extends object = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
      return (await database.pool.query(sql, values)).rows as T[];
    },
    async close(): Promise<void> {
      await app.close();
      server.closeAllConnections();
      server.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Signs whatever it is told to, with the key of the gateways of this folder. */
export function signAs(folder: string, context: SigningContext, text: string): string {
  return signText(readPrivateKey(join(folder, 'signer.key')), context, text);
}

interface TokenOptions {
  readonly uses?: number;
  readonly expiresInMs?: number;
  readonly revoked?: boolean;
  readonly labels?: Record<string, string>;
  readonly addresses?: readonly string[];
  readonly hostNames?: string;
  readonly needsApproval?: boolean;
}

/** Makes a join token. @returns its secret */
export async function joinToken(gateway: TestGateway, options: TokenOptions = {}): Promise<string> {
  const secret = randomBytes(24).toString('base64url');
  const {
    uses = 1,
    expiresInMs = 60_000,
    labels = {},
    addresses = [],
    hostNames = null,
    needsApproval = false,
  } = options;
  const nowMs = Date.now();
  const { id } = await gateway.tokens.create({
    ...{ hash: createHash('sha256').update(secret).digest('hex'), uses, labels, addresses, hostNames, needsApproval },
    ...{ expiresAtMs: nowMs + expiresInMs, nowMs },
  });
  if (options.revoked) await gateway.tokens.revoke(id);
  return secret;
}

function testModule(databaseUrl: string, folder: string, hints: Hints, options: GatewayOptions): DynamicModule {
  const config: Config = {
    databaseUrl,
    redisUrl: undefined,
    listenHost: '127.0.0.1',
    listenPort: 0,
    dataFolder: folder,
    adminTokenFile: join(folder, 'admin-token'),
    signerKeyFile: join(folder, 'signer.key'),
    secretsKeyFile: join(folder, 'secrets.key'),
    publicOrigins: ['http://127.0.0.1'],
    webRoot: undefined,
    downloadsFolder: join(folder, 'downloads'),
    logLevel: 'info',
    trustProxy: options.trustProxy ?? [],
    handshakesPerSecond: limits.handshakesPerSecond,
    unknownSocketsPerAddress: limits.unauthenticatedSocketsPerAddress,
    keepRunsDays: limits.keepRunsDays,
    keepOutputDays: limits.keepOutputDays,
    keepIncidentsDays: limits.keepIncidentsDays,
    keepNoticesDays: limits.keepNoticesDays,
    keepCommandsDays: limits.keepCommandsDays,
    pollMs: options.pollMs ?? 600_000,
    selfWatchMs: 0,
    drainMs: 0,
    approveHosts: options.approveHosts ?? false,
    hostKeyDays: options.hostKeyDays ?? 180,
    releaseKeys: [],
    allowPrivateChannels: true,
  };
  const queue: DynamicModule = {
    module: HintsOnly,
    global: true,
    providers: [{ provide: HINTS, useValue: hints }, AlertNudge, PageNews],
    exports: [HINTS, AlertNudge, PageNews],
  };
  return { module: TestRoot, imports: [configModule(config), SharedModule, queue, GatewayModule] };
}

@Global()
@Module({})
class HintsOnly {}

@Module({})
class TestRoot {}
