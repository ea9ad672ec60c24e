import { resolve } from 'node:path';
import { limits } from '@carillon/contract/limits';
import { type ArchiveSettings, archiveOf } from './archive-config.js';
import { type AuditSettings, auditSettingsOf } from './audit-config.js';
import { type OidcSettings, oidcOf } from './oidc-config.js';
import { ConfigError, list, secret, url } from './variables.js';

/** Everything that is configured, parsed once. Nothing else reads the environment. */
export interface Config {
  readonly databaseUrl: string;
  /** The same database as the owner of its tables, who migrates it; undefined: as `databaseUrl` says. */
  readonly databaseOwnerUrl?: string | undefined;
  /** Connections in each of the two pools for requests and background work; those of the ingest are apart. 10 when left out. */
  readonly databasePool?: number;
  /** After so long Postgres ends a statement. A minute when left out. */
  readonly statementTimeoutMs?: number;
  /** Undefined: one server, no Redis; queues then live in Postgres and hints in the process. */
  readonly redisUrl: string | undefined;
  readonly listenHost: string;
  readonly listenPort: number;
  /** Folder for the signing key and the local admin token. */
  readonly dataFolder: string;
  readonly adminTokenFile: string;
  readonly signerKeyFile: string;
  /** Whether the signer has a process of its own; only tests do without. */
  readonly signerProcess?: true;
  /** Seals the secrets of channels; apart from the database, like the signer's. */
  readonly secretsKeyFile: string;
  /** Origins under which agents and browsers reach us; the first is shown to people. */
  readonly publicOrigins: readonly string[];
  /** Built dashboard; undefined: API only. */
  readonly webRoot: string | undefined;
  /** Folder of the agent's programs, as `npm run build:agent` and `build:msi` fill it; may be empty or missing. */
  readonly downloadsFolder: string;
  readonly logLevel: string;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  /** How often gateways look for work that a lost hint did not tell them about. */
  readonly pollMs: number;
  /** How often the way of alerts is tested from end to end; 0: never. */
  readonly selfWatchMs: number;
  /** How long a stopping server still answers requests while `/readyz` says no, so that balancers look elsewhere first. */
  readonly drainMs: number;
  /** Connections of agents that are let in per second; each costs signatures and some statements. */
  readonly handshakesPerSecond: number;
  /** Sockets of one address whose agents are not known yet. Where many hosts come through one address, more. */
  readonly unknownSocketsPerAddress: number;
  /** Days after which runs, and what they wrote, are dropped. */
  readonly keepRunsDays: number;
  readonly keepOutputDays: number;
  /** Days since they were resolved after which incidents, with all that belongs to them, are dropped. */
  readonly keepIncidentsDays: number;
  /** Days after which notices that were sent are dropped. */
  readonly keepNoticesDays: number;
  /** Days after which commands that are over are dropped; one whose run is kept stays as long as that. */
  readonly keepCommandsDays: number;
  /** Whether every host that joins waits until somebody lets it in, whatever its token says. */
  readonly approveHosts: boolean;
  /** Days after which a host is asked for another key; 0: never. */
  readonly hostKeyDays: number;
  /** Public keys of publishers that agents pin when they enrol; their releases they take from then on. */
  readonly releaseKeys: readonly string[];
  /** Whether channels may reach addresses that are not public without saying so themselves. */
  readonly allowPrivateChannels: boolean;
  /** Its fleet is simulated, and says so to whoever looks. */
  readonly isDemo?: boolean;
  /** An Alertmanager that is told of our alerts; undefined: none. */
  readonly alertmanager?: AlertmanagerSettings | undefined;
  /** An identity provider at which people sign in; undefined: with local accounts alone. */
  readonly oidc?: OidcSettings | undefined;
  /** Where rows of the audit are sent; undefined: nowhere. */
  readonly audit?: AuditSettings | undefined;
  /** Where the output of runs goes when it is old enough; undefined: it stays in the database. */
  readonly archive?: ArchiveSettings | undefined;
}

export interface AlertmanagerSettings {
  /** Below which `/api/v2` lies. */
  readonly url: string;
  /** Whether what is silenced there is silenced here. */
  readonly honourSilences: boolean;
}

/** Connections of a pool; fewer would wait for each other, more are better shared by several servers. */
export const defaultDatabasePool = 10;
export const defaultStatementTimeoutMs = 60_000;
const [leastPool, mostPool] = [4, 100];
/** Of what can be set in milliseconds. */
const longestMs = 10 * 60_000;
/** A test that is rarer than that would tell too late. */
const longestSelfWatchMs = 3_600_000;

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError naming the variable and what was expected
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const listenHost = env.CARILLON_HOST || '127.0.0.1';
  const listenPort = port('CARILLON_PORT', env.CARILLON_PORT, 7070);
  const dataFolder = resolve(env.CARILLON_DATA || '.carillon');
  const redisUrl = secret(env, 'REDIS_URL');
  const local = [`http://127.0.0.1:${listenPort}`, `http://localhost:${listenPort}`];
  return {
    databaseUrl: url('DATABASE_URL', secret(env, 'DATABASE_URL'), ['postgresql:', 'postgres:']),
    databaseOwnerUrl: ownerUrl(env),
    databasePool: databasePool(env.CARILLON_DATABASE_POOL),
    statementTimeoutMs: milliseconds(
      'CARILLON_STATEMENT_TIMEOUT_MS',
      env.CARILLON_STATEMENT_TIMEOUT_MS,
      defaultStatementTimeoutMs,
      1_000,
    ),
    redisUrl: redisUrl ? url('REDIS_URL', redisUrl, ['redis:', 'rediss:']) : undefined,
    listenHost,
    listenPort,
    dataFolder,
    adminTokenFile: env.CARILLON_ADMIN_TOKEN_FILE || resolve(dataFolder, 'admin-token'),
    signerKeyFile: env.CARILLON_SIGNER_KEY_FILE || resolve(dataFolder, 'server', 'signer.key'),
    signerProcess: true,
    secretsKeyFile: env.CARILLON_SECRETS_KEY_FILE || resolve(dataFolder, 'server', 'secrets.key'),
    publicOrigins: [...list(env.CARILLON_PUBLIC_URL).map((text) => origin('CARILLON_PUBLIC_URL', text)), ...local],
    webRoot: env.CARILLON_WEB_ROOT || undefined,
    downloadsFolder: resolve(env.CARILLON_DOWNLOADS || 'dist/agent'),
    logLevel: env.LOG_LEVEL || 'info',
    trustProxy: list(env.CARILLON_TRUST_PROXY),
    pollMs: milliseconds('CARILLON_POLL_MS', env.CARILLON_POLL_MS, 5_000, 10),
    selfWatchMs: selfWatch(env.CARILLON_SELF_WATCH_MS),
    drainMs: milliseconds('CARILLON_DRAIN_MS', env.CARILLON_DRAIN_MS, 0, 0),
    handshakesPerSecond: atLeastOne(
      'CARILLON_HANDSHAKES_PER_SECOND',
      env.CARILLON_HANDSHAKES_PER_SECOND,
      limits.handshakesPerSecond,
    ),
    unknownSocketsPerAddress: atLeastOne(
      'CARILLON_UNKNOWN_SOCKETS_PER_ADDRESS',
      env.CARILLON_UNKNOWN_SOCKETS_PER_ADDRESS,
      limits.unauthenticatedSocketsPerAddress,
    ),
    keepRunsDays: atLeastOne('CARILLON_KEEP_RUNS_DAYS', env.CARILLON_KEEP_RUNS_DAYS, limits.keepRunsDays),
    keepOutputDays: atLeastOne('CARILLON_KEEP_OUTPUT_DAYS', env.CARILLON_KEEP_OUTPUT_DAYS, limits.keepOutputDays),
    keepIncidentsDays: atLeastOne(
      'CARILLON_KEEP_INCIDENTS_DAYS',
      env.CARILLON_KEEP_INCIDENTS_DAYS,
      limits.keepIncidentsDays,
    ),
    keepNoticesDays: atLeastOne('CARILLON_KEEP_NOTICES_DAYS', env.CARILLON_KEEP_NOTICES_DAYS, limits.keepNoticesDays),
    keepCommandsDays: atLeastOne(
      'CARILLON_KEEP_COMMANDS_DAYS',
      env.CARILLON_KEEP_COMMANDS_DAYS,
      limits.keepCommandsDays,
    ),
    approveHosts: env.CARILLON_APPROVE_HOSTS === '1',
    hostKeyDays: days('CARILLON_HOST_KEY_DAYS', env.CARILLON_HOST_KEY_DAYS, 180),
    releaseKeys: list(env.CARILLON_RELEASE_KEYS).map(publicKey),
    allowPrivateChannels: env.CARILLON_ALLOW_PRIVATE_CHANNELS === '1',
    isDemo: env.CARILLON_DEMO === '1',
    alertmanager: alertmanagerOf(env),
    oidc: oidcOf(env),
    audit: auditSettingsOf(env),
    archive: archiveOf(env),
  };
}

function ownerUrl(env: NodeJS.ProcessEnv): string | undefined {
  const name = 'DATABASE_URL_OWNER';
  const text = secret(env, name);
  if (!text) return undefined;
  const owner = new URL(url(name, text, ['postgresql:', 'postgres:']));
  const server = new URL(secret(env, 'DATABASE_URL') ?? '');
  if (owner.host !== server.host || owner.pathname !== server.pathname || owner.username === server.username)
    throw new ConfigError(name, 'the database of DATABASE_URL with another user', '(hidden)');
  return text;
}

function alertmanagerOf(env: NodeJS.ProcessEnv): AlertmanagerSettings | undefined {
  const [name, honour] = ['CARILLON_ALERTMANAGER_URL', 'CARILLON_ALERTMANAGER_HONOUR_SILENCES'];
  const text = env[name];
  const honoured = env[honour] || 'false';
  if (honoured !== 'true' && honoured !== 'false') throw new ConfigError(honour, 'true or false', honoured);
  if (!text) {
    if (honoured === 'true')
      throw new ConfigError(name, `the address of an Alertmanager, since ${honour} is set`, text);
    return undefined;
  }
  return { url: url(name, text, ['http:', 'https:']), honourSilences: honoured === 'true' };
}

function origin(name: string, text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ConfigError(name, 'an origin such as https://carillon.example', text);
  return new URL(text).origin;
}

function publicKey(text: string): string {
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return text;
  throw new ConfigError('CARILLON_RELEASE_KEYS', 'public keys as `carillon upgrade key` prints them', text);
}

function port(name: string, text: string | undefined, fallback: number): number {
  const value = text ? Number(text) : fallback;
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new ConfigError(name, 'a port from 0 to 65535', text);
  return value;
}

function milliseconds(name: string, text: string | undefined, fallback: number, least: number): number {
  const value = text ? Number(text) : fallback;
  if (Number.isInteger(value) && value >= least && value <= longestMs) return value;
  throw new ConfigError(name, `whole milliseconds from ${least} to ${longestMs}`, text);
}

function databasePool(text: string | undefined): number {
  const value = text ? Number(text) : defaultDatabasePool;
  if (Number.isInteger(value) && value >= leastPool && value <= mostPool) return value;
  throw new ConfigError('CARILLON_DATABASE_POOL', `a whole number from ${leastPool} to ${mostPool}`, text);
}

function selfWatch(text: string | undefined): number {
  const value = text ? Number(text) : 300_000;
  if (value === 0 || (Number.isInteger(value) && value >= 1_000 && value <= longestSelfWatchMs)) return value;
  throw new ConfigError('CARILLON_SELF_WATCH_MS', `0 or whole milliseconds from 1000 to ${longestSelfWatchMs}`, text);
}

function days(name: string, text: string | undefined, fallback: number): number {
  const value = text ? Number(text) : fallback;
  if (!Number.isInteger(value) || value < 0) throw new ConfigError(name, 'a whole number of days, 0 for never', text);
  return value;
}

function atLeastOne(name: string, text: string | undefined, fallback: number): number {
  const value = text ? Number(text) : fallback;
  if (!Number.isInteger(value) || value < 1) throw new ConfigError(name, 'a whole number from 1', text);
  return value;
}
