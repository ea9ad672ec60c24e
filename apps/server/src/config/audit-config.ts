import { ConfigError, list, secret } from './variables.js';

/** A collector of syslog messages. */
export interface SyslogTarget {
  readonly protocol: 'tls' | 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  /** Certificates that its own is signed by, PEM; undefined: those that the runtime trusts. */
  readonly ca?: string | undefined;
}

/** Where the audit is sent while the server runs; nowhere unless it is said. */
export interface AuditSettings {
  readonly syslog?: SyslogTarget | undefined;
  /** Two secrets while one is exchanged for the other. */
  readonly webhook?: { readonly url: string; readonly secrets: readonly string[] } | undefined;
}

/** RFC 5425, 4.1; RFC 5426, 3.3. TCP without TLS has no port of its own, and uses that of UDP. */
const usualPorts: Readonly<Record<string, number>> = { tls: 6514, tcp: 514, udp: 514 };
const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Reads the variables `CARILLON_AUDIT_…`.
 * @throws ConfigError naming the variable and what was expected
 */
export function auditSettingsOf(env: NodeJS.ProcessEnv): AuditSettings {
  return { syslog: syslogOf(env), webhook: webhookOf(env) };
}

function syslogOf(env: NodeJS.ProcessEnv): SyslogTarget | undefined {
  const name = 'CARILLON_AUDIT_SYSLOG';
  const text = env[name];
  const ca = secret(env, 'CARILLON_AUDIT_SYSLOG_CA');
  if (!text) return undefined;
  const [, protocol = '', host = '', port] =
    /^(tls|tcp|udp):\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#@[\]]+)(?::(\d+))?$/.exec(text) ?? [];
  const number = port === undefined ? usualPorts[protocol] : Number(port);
  if (!host || number === undefined || number < 1 || number > 65_535)
    throw new ConfigError(name, 'tls://HOST:PORT (tcp:// or udp:// where nobody else listens in)', text);
  const isWritten = /-----BEGIN CERTIFICATE-----/.test(ca ?? '');
  if (ca && !isWritten) throw new ConfigError('CARILLON_AUDIT_SYSLOG_CA', 'certificates in PEM', '(hidden)');
  return {
    protocol: protocol as SyslogTarget['protocol'],
    host: host.replace(/^\[|\]$/g, ''),
    port: number,
    ...(ca ? { ca } : {}),
  };
}

function webhookOf(env: NodeJS.ProcessEnv): AuditSettings['webhook'] {
  const [name, secretName] = ['CARILLON_AUDIT_WEBHOOK', 'CARILLON_AUDIT_WEBHOOK_SECRET'];
  const text = env[name];
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname));
  if (!url || !isSafe || url.username || url.password)
    throw new ConfigError(name, 'https:// (http:// on this machine only) without a name and password', '(hidden)');
  const secrets = list(secret(env, secretName));
  if (secrets.length === 0 || !secrets.every(isSecret))
    throw new ConfigError(
      secretName,
      'whsec_ and base64 of 24 to 64 bytes',
      secrets.length > 0 ? '(hidden)' : undefined,
    );
  return { url: url.href, secrets };
}

/** `whsk_`: an Ed25519 seed, where the receiver is to have no secret. */
function isSecret(text: string): boolean {
  const [, form, base64 = ''] = /^(whsec_|whsk_)([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const { length } = Buffer.from(base64, 'base64');
  return form === 'whsk_' ? length === 32 || length === 64 : form === 'whsec_' && length >= 24 && length <= 64;
}
