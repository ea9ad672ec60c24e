import { clockRules } from '../host/clock.js';

/** What a check of a host came to. `skipped`: it does not apply here, or cannot be told. */
export type FindingLevel = 'ok' | 'warning' | 'problem' | 'skipped';

export interface Finding {
  readonly check: string;
  readonly level: FindingLevel;
  /** What was found. */
  readonly text: string;
  /** What to do about it; always there for warnings and problems. */
  readonly advice?: string;
}

export function ok(check: string, text: string): Finding {
  return { check, level: 'ok', text };
}

export function skipped(check: string, text: string): Finding {
  return { check, level: 'skipped', text };
}

export function warning(check: string, text: string, advice: string): Finding {
  return { check, level: 'warning', text, advice };
}

export function problem(check: string, text: string, advice: string): Finding {
  return { check, level: 'problem', text, advice };
}

/** @param aheadMs how far this host's clock is ahead of the server's; negative when it is behind */
export function clockFinding(aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  const text = `this host's clock is ${(off / 1_000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} the server's`;
  const advice = 'set the clock: w32tm /resync (Windows) or the time service of this host';
  if (off >= clockRules.badMs)
    return problem('clock', `${text}; orders of the server expire before they are taken`, advice);
  return off >= clockRules.warnMs ? warning('clock', text, advice) : ok('clock', text);
}

const mebibyte = 1024 * 1024;
const disk = { warnBytes: 1024 * mebibyte, badBytes: 100 * mebibyte };

/** Of the volume that holds the agent's folder. */
export function diskFinding(freeBytes: number, folder: string): Finding {
  const text = `${Math.floor(freeBytes / mebibyte)} MiB free for ${folder}`;
  const advice = 'free some space: results of runs are kept there until the server has them';
  if (freeBytes < disk.badBytes) return problem('disk', text, advice);
  return freeBytes < disk.warnBytes ? warning('disk', text, advice) : ok('disk', text);
}

const connectionAdvices: readonly [RegExp, string][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'check the name in --server and the DNS of this host'],
  [/^ECONNREFUSED$/, 'check that the server runs and that the port in --server is right'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'check the firewall and the proxy between this host and the server'],
  [
    /CERT|ISSUER|SIGNED|SIGNATURE|^ERR_TLS/,
    "name the server's certificate authority with --ca FILE (ca in agent.json), or add it to this host's trusted roots",
  ],
  [/^bad_setting$/, 'put the setting in agent.json right'],
  [/^proxy_407$/, 'the proxy wants a sign-in: give it as http://name:password@proxy:port in the setting proxy'],
  [/^proxy_unreachable$/, 'check the proxy: its name, its port, the firewall; or set proxy to none'],
  [/^proxy_/, "the proxy does not let us through to the server: allow CONNECT to the server's address and port"],
  [/^http_407$/, 'the proxy wants a sign-in: let this host through without one, or give it the account'],
  [/^http_(403|404|426)$/, 'something before the server does not let WebSockets through; check proxies and balancers'],
  [/^http_5/, 'the server or what stands before it is in trouble; look at the server'],
  [
    /^wrong_origin$/,
    'set CARILLON_PUBLIC_URL on the server to the address that agents dial, or enrol with that address',
  ],
  [/^protocol$/, 'agent and server are too far apart in age: upgrade the older'],
];

/** What a person can do about a connection that did not come about. @param code of the link error or of the system */
export function connectionAdvice(code: string): string {
  const found = connectionAdvices.find(([pattern]) => pattern.test(code));
  return found?.[1] ?? 'check the address in --server, the firewall and the proxy between this host and the server';
}

/** The worst level decides what a program that calls us gets to see. @returns 0 unless there is a problem */
export function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(({ level }) => level === 'problem') ? 1 : 0;
}
