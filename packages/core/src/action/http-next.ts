import { mostRedirects } from './action-limits.js';
import type { HttpMethod, HttpPages, HttpSpec } from './http.js';
import { isExpectedStatus, parseJson } from './http-answer.js';
import { shownUrl } from './http-url.js';
import { itemTexts, parseJsonPath, valueAtPath } from './json-path.js';

/** The request as it is now; a redirect changes it. */
export interface Asked {
  readonly url: URL;
  readonly method: HttpMethod;
  readonly withBody: boolean;
  /** Not beyond the origin that the job names: what identifies the job stays there. */
  readonly withSecrets: boolean;
  readonly redirects: number;
}

export type RedirectDecision =
  | { readonly kind: 'answer' }
  | { readonly kind: 'follow'; readonly next: Asked }
  | { readonly kind: 'refuse'; readonly reason: string };

const redirecting = new Set([301, 302, 303, 307, 308]);

/**
 * Whether an answer leads elsewhere. A status that the job expects is an answer, whatever it says; so is one without an
 * address. Methods change as browsers do it (RFC 9110 15.4): 303 asks by GET, and 301 and 302 do after POST.
 */
export function decideRedirect(
  spec: Pick<HttpSpec, 'redirects' | 'expect' | 'body'>,
  asked: Asked,
  { status, location }: { readonly status: number; readonly location: string | undefined },
): RedirectDecision {
  if (!redirecting.has(status) || isExpectedStatus(spec.expect.status, status) || location === undefined)
    return { kind: 'answer' };
  const refuse = (reason: string): RedirectDecision => ({ kind: 'refuse', reason: `status ${status}: ${reason}` });
  if (!URL.canParse(location, asked.url.href)) return refuse('it leads to what is no address');
  const url = new URL(location, asked.url.href);
  url.hash = '';
  const to = `it leads to ${shownUrl(url)}`;
  if (spec.redirects === 'none') return refuse(`${to}, and redirects are not followed (redirects: none)`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse(`it leads to ${url.protocol}, which is not followed`);
  if (url.username !== '' || url.password !== '') return refuse('it leads to an address with a name or password in it');
  const isHere = url.origin === asked.url.origin;
  if (!isHere && spec.redirects === 'same-origin')
    return refuse(`${to}, another origin, which is not followed (redirects: any allows it)`);
  if (asked.url.protocol === 'https:' && url.protocol === 'http:')
    return refuse(`${to}, without encryption, which is not followed`);
  if (asked.redirects >= mostRedirects) return refuse(`more than ${mostRedirects} redirects one after the other`);
  const becomesGet = status === 303 ? asked.method !== 'HEAD' : status <= 302 && asked.method === 'POST';
  const withBody = asked.withBody && !becomesGet;
  if (withBody && !isHere && spec.body?.kind === 'secret')
    return refuse(`${to}, another origin, which the secret body is not sent to`);
  const method = becomesGet ? 'GET' : asked.method;
  return {
    kind: 'follow',
    next: { url, method, withBody, withSecrets: asked.withSecrets && isHere, redirects: asked.redirects + 1 },
  };
}

/** Headers that say who asks; with those that have a secret in them they stay at the job's own origin. */
export function identifies(header: string): boolean {
  return /^(?:authorization|cookie|x-api-key|api-key)$/i.test(header);
}

export type NextPage =
  | { readonly kind: 'end' }
  | { readonly kind: 'next'; readonly url: URL }
  | { readonly kind: 'wrong'; readonly reason: string };

/** Where the page after this one is. It must be at the same origin: the job's secrets go there. */
export function nextPage(
  { next }: HttpPages,
  url: URL,
  { link, text }: { readonly link: string | undefined; readonly text: string },
): NextPage {
  const said = next === null ? nextLink(link ?? '') : saidNext(text, next.path);
  if (said === undefined) return { kind: 'end' };
  if (next !== null && next.parameter !== null) {
    const there = new URL(url.href);
    there.searchParams.set(next.parameter, said);
    return { kind: 'next', url: there };
  }
  if (!URL.canParse(said, url.href))
    return { kind: 'wrong', reason: `the next page is at ${JSON.stringify(said.slice(0, 80))}, which is no address` };
  const there = new URL(said, url.href);
  there.hash = '';
  if (there.origin !== url.origin || there.username !== '' || there.password !== '')
    return { kind: 'wrong', reason: `the next page is at another origin, ${there.origin}, which is not followed` };
  return { kind: 'next', url: there };
}

/** Null, false and empty text end the pages, as does a path that leads nowhere. */
function saidNext(text: string, path: string): string | undefined {
  const parsed = parseJson(text);
  const value = parsed.ok ? valueAtPath(parsed.value, parseJsonPath(path) ?? []) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

/** `<https://…?page=2>; rel="next"` among the links of a header (RFC 8288). */
export function nextLink(header: string): string | undefined {
  for (const [, target = '', parameters = ''] of header.matchAll(/<([^>]*)>((?:\s*;\s*[^",;]+(?:"[^"]*")?)*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters);
    if ((rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/).includes('next')) return target;
  }
  return undefined;
}

/** The items of a page, each as it is written; undefined when there is no list where it should be. */
export function itemsOfPage({ items }: HttpPages, text: string): readonly string[] | undefined {
  return parseJson(text).ok ? itemTexts(text.replace(/^\ufeff/, ''), parseJsonPath(items) ?? []) : undefined;
}

/** All pages' items as one JSON array, an item a line. */
export function joinItems(items: readonly string[]): string {
  return items.length === 0 ? '[]\n' : `[\n${items.join(',\n')}\n]\n`;
}
