import { execFileSync } from 'node:child_process';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { chooseProxy, type ProxyChoice } from '@carillon/core/link/proxy';
import { readWinHttpSettings } from '@carillon/core/link/winhttp-proxy';
import { type CertificateFiles, clientCertificate } from './client-certificate.js';
import { openTunnel } from './proxy-tunnel.js';
import { trustedRoots } from './trusted-roots.js';

/** The way to a server as an administrator set it; all have a default. The host's own certificate is shown to who asks for one. */
export interface Route extends CertificateFiles {
  /** `none`, an http or https URL, or `system`. */
  readonly proxy?: string | undefined;
  /** File with certificates (PEM) that are trusted besides the known ones. */
  readonly ca?: string | undefined;
}

/** What `ws` needs to go that way. */
export interface Passage {
  readonly proxy: ProxyChoice;
  readonly socketOptions: {
    readonly ca?: string[];
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized: true;
    readonly createConnection?: () => Socket;
  };
}

/**
 * Finds the way to a server, and opens the tunnel where there is a proxy on it.
 * @throws LinkError of the proxy; Error naming the file of certificates or of the key
 */
export async function findPassage(
  server: URL,
  { proxy: setting = 'system', ca: caFile, ...own }: Route,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Passage> {
  const ca = trustedRoots(caFile);
  const proxy = proxyFor(server, setting);
  // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment must not turn the check off.
  const checked = { ...(ca ? { ca } : {}), ...clientCertificate(own), rejectUnauthorized: true } as const;
  if (proxy.kind === 'direct') return { proxy, socketOptions: checked };
  const isSecure = server.protocol === 'https:';
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const target = `${server.hostname}:${server.port || (isSecure ? 443 : 80)}`;
  const socket = await openTunnel(proxy.url, target, { ca, ...options });
  const createConnection = () =>
    isSecure ? tlsConnect({ socket, servername: isIP(host) ? '' : host, host, ...checked }) : socket;
  return { proxy, socketOptions: { ...checked, createConnection } };
}

/** Which proxy the agent goes through to a server. */
export function proxyFor(server: URL, setting = 'system'): ProxyChoice {
  return chooseProxy(server.origin, { setting, env: process.env, system: systemProxy() });
}

/** What `netsh winhttp` shows, read from where it is kept [K]: what it prints is localized. */
function systemProxy() {
  if (process.platform !== 'win32') return null;
  const key = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections';
  try {
    const printed = execFileSync('reg', ['query', key, '/v', 'WinHttpSettings'], {
      encoding: 'latin1',
      timeout: 5_000,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return readWinHttpSettings(/REG_BINARY\s+([0-9A-F]+)/i.exec(printed)?.[1] ?? '');
  } catch {
    return null;
  }
}
