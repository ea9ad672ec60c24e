import { fitsWildcard } from '../text/wildcard.js';

/** Which proxy the way to a server goes through, and who said so. */
export type ProxyChoice =
  | { readonly kind: 'direct'; readonly why: string }
  | { readonly kind: 'proxy'; readonly url: string; readonly why: string };

/** A proxy that the operating system knows. */
export interface SystemProxy {
  /** `proxy.corp:8080`, or one for each scheme: `http=a:80;https=b:81`. */
  readonly proxy: string;
  /** Hosts that are reached without it, as Windows lists them: `*.corp;10.*;<local>`. */
  readonly bypass: string;
}

export interface ProxyFacts {
  /** `none`, an http or https URL, or `system`: what the environment or the operating system says. */
  readonly setting: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly system: SystemProxy | null;
}

/**
 * The proxy for a server. The setting wins, then HTTPS_PROXY (HTTP_PROXY for an http server) and ALL_PROXY, then the
 * operating system; NO_PROXY and the system's own list take hosts out. Ourselves are never asked for through a proxy
 * that the setting does not name.
 */
export function chooseProxy(server: string, { setting, env, system }: ProxyFacts): ProxyChoice {
  if (setting === 'none') return { kind: 'direct', why: 'the setting proxy is none' };
  if (setting !== 'system') return { kind: 'proxy', url: setting, why: 'the setting proxy' };
  const { hostname, port, protocol } = new URL(server);
  if (isLoopback(hostname)) return { kind: 'direct', why: `${hostname} is this machine` };
  const place = { hostname, port: port || (protocol === 'https:' ? '443' : '80') };
  const found = fromEnvironment(protocol, env);
  if (found) {
    const except = variable(env, 'NO_PROXY') ?? '';
    return isListed(place, except) ? { kind: 'direct', why: `NO_PROXY names ${hostname}` } : found;
  }
  const address = system && proxyOfScheme(system.proxy, protocol === 'https:' ? 'https' : 'http');
  if (!system || !address) return { kind: 'direct', why: 'no proxy is set' };
  if (isListed(place, system.bypass)) return { kind: 'direct', why: `the system's proxy leaves out ${hostname}` };
  return { kind: 'proxy', url: address.includes('://') ? address : `http://${address}`, why: "the system's proxy" };
}

/** @returns what is wrong with a value of the setting `proxy`, or null */
export function proxySettingProblem(value: string): string | null {
  if (value === 'none' || value === 'system') return null;
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return null;
  return 'expected none, system, or an http or https URL such as http://proxy.corp:8080';
}

/** A URL as it may be shown: without its password. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.href.replace(/\/$/, '');
}

function fromEnvironment(protocol: string, env: ProxyFacts['env']): Extract<ProxyChoice, { kind: 'proxy' }> | null {
  for (const name of [protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', 'ALL_PROXY']) {
    const value = variable(env, name);
    if (value) return { kind: 'proxy', url: value.includes('://') ? value : `http://${value}`, why: name };
  }
  return null;
}

/** In lower case, as most programs have it, or in upper case. */
function variable(env: ProxyFacts['env'], name: string): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined;
}

function proxyOfScheme(list: string, scheme: string): string | undefined {
  const entries = list.split(/[;\s]+/).filter(Boolean);
  const named = entries.find((entry) => entry.toLowerCase().startsWith(`${scheme}=`));
  return named?.slice(scheme.length + 1) ?? entries.find((entry) => !entry.includes('='));
}

function isListed({ hostname, port }: { hostname: string; port: string }, list: string): boolean {
  return list
    .split(/[,;\s]+/)
    .filter(Boolean)
    .some((entry) => {
      const [, name = '', wanted] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      return (wanted === undefined || wanted === port) && matches(hostname.toLowerCase(), name);
    });
}

/** `*` all, `<local>` names without a dot, `*` inside as Windows has it; else the name itself and what lies under it. */
function matches(hostname: string, entry: string): boolean {
  if (entry === '*') return true;
  if (entry === '<local>') return !hostname.includes('.');
  if (entry.includes('*')) return fitsWildcard(entry, hostname);
  const name = entry.replace(/^\./, '');
  return hostname === name || hostname.endsWith(`.${name}`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
