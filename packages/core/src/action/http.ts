import { sizeAsWritten } from '../job/as-written.js';
import { describeDuration } from '../job/describe-schedule.js';
import { httpDefaults } from './action-limits.js';

export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** Where a redirect may lead. `same-origin`: to the same scheme, host and port only. */
export const redirectRules = ['none', 'same-origin', 'any'] as const;
export type RedirectRule = (typeof redirectRules)[number];

/** A value that everybody may read, with placeholders, or one that only the host knows, after a text such as `Bearer `. */
export type HttpHeader =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: string; readonly prefix: string };

/** `json` is JSON text. */
export type HttpBody =
  | { readonly kind: 'text' | 'json'; readonly text: string }
  | { readonly kind: 'secret'; readonly secret: string };

/** What must hold of the value at a path: one of these. */
export type JsonTest =
  | { readonly equals: string | number | boolean | null }
  | { readonly exists: boolean }
  | { readonly matches: string }
  | { readonly atLeast: number }
  | { readonly atMost: number };
export type JsonCheck = { readonly path: string } & JsonTest;

export interface HttpExpectation {
  /** `200`, or `2xx` for all that begin so; one that fits is enough. */
  readonly status: readonly (number | string)[];
  readonly json: readonly JsonCheck[];
  /** Stands somewhere in the answer. Null: nothing need. */
  readonly text: string | null;
  /** From the request to the last byte of the answer. */
  readonly latencyBelowMs: number | null;
}

export interface HttpPages {
  /** Null: the `Link` header with `rel="next"`. Else where the answer says it: an address, or what `parameter` is set to. */
  readonly next: { readonly path: string; readonly parameter: string | null } | null;
  /** Where the list of each page is. */
  readonly items: string;
  readonly most: number;
}

/** A request that the agent makes, with every default written out; of `http` and of `healthCheck`. */
export interface HttpSpec {
  /** With placeholders after the host. */
  readonly url: string;
  readonly method: HttpMethod;
  readonly headers: readonly HttpHeader[];
  readonly body: HttpBody | null;
  readonly expect: HttpExpectation;
  readonly pages: HttpPages | null;
  /** File that the answer is put in, whole or not at all; with placeholders. */
  readonly saveTo: string | null;
  /** Whether the answer stands in the output. */
  readonly show: boolean;
  /** For answers 408, 425, 429 and 5xx and for failures of the network. */
  readonly retry: { readonly attempts: number; readonly delayMs: number; readonly backoff: number } | null;
  /** After so many failed runs one after the other, nothing is asked for so long. */
  readonly breaker: { readonly after: number; readonly forMs: number } | null;
  /** Of one request, to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Of all pages together, unpacked. */
  readonly maxBytes: number;
  readonly redirects: RedirectRule;
}

/** Names of the host's secrets that a request needs, each once. */
export function secretsOfHttp({ headers, body }: HttpSpec): readonly string[] {
  const named = [...headers.flatMap((header) => ('secret' in header ? [header.secret] : []))];
  return [...new Set([...named, ...(body?.kind === 'secret' ? [body.secret] : [])])];
}

/** Environment variable that carries a secret from the runner to the process that makes the request. Names of secrets differ by case, those of variables on Windows do not: they are numbered. */
export function httpSecretVariable(spec: HttpSpec, secret: string): string {
  return `CARILLON_HTTP_SECRET_${secretsOfHttp(spec).indexOf(secret) + 1}`;
}

/** `500ms`, `2s`. */
export function latencyAsWritten(ms: number): string {
  return ms % 1_000 === 0 ? describeDuration(ms) : `${ms}ms`;
}

/** The form of a job file, for `http` and `healthCheck` alike. */
export function httpAsWritten(spec: HttpSpec, kind: 'http' | 'healthCheck'): Readonly<Record<string, unknown>> {
  const usual = httpDefaults[kind];
  const { retry, breaker, pages } = spec;
  const expect = expectationAsWritten(spec.expect);
  return {
    url: spec.url,
    ...(spec.method === 'GET' ? {} : { method: spec.method }),
    ...(spec.headers.length > 0 ? { headers: Object.fromEntries(spec.headers.map(headerAsWritten)) } : {}),
    ...(spec.body === null ? {} : { body: bodyAsWritten(spec.body) }),
    ...(Object.keys(expect).length > 0 ? { expect } : {}),
    ...(pages === null ? {} : { pages: pagesAsWritten(pages) }),
    ...(spec.saveTo === null ? {} : { saveTo: spec.saveTo }),
    ...(spec.show ? { show: true } : {}),
    ...(retry === null ? {} : { retry: { ...retryParts(retry) } }),
    ...(breaker === null ? {} : { breaker: { after: breaker.after, for: describeDuration(breaker.forMs) } }),
    ...(spec.timeoutMs === usual.timeoutMs ? {} : { timeout: describeDuration(spec.timeoutMs) }),
    ...(spec.maxBytes === usual.maxBytes ? {} : { maxBytes: sizeAsWritten(spec.maxBytes) }),
    ...(spec.redirects === 'same-origin' ? {} : { redirects: spec.redirects }),
  };
}

function retryParts({ attempts, delayMs, backoff }: NonNullable<HttpSpec['retry']>) {
  return { attempts, delay: describeDuration(delayMs), backoff };
}

function headerAsWritten(header: HttpHeader): readonly [string, unknown] {
  if ('value' in header) return [header.name, header.value];
  return [header.name, { secret: header.secret, ...(header.prefix ? { prefix: header.prefix } : {}) }];
}

function bodyAsWritten(body: HttpBody): unknown {
  if (body.kind === 'secret') return { secret: body.secret };
  return body.kind === 'json' ? { json: JSON.parse(body.text) } : body.text;
}

function pagesAsWritten({ next, items, most }: HttpPages) {
  const from =
    next === null ? 'link' : next.parameter === null ? next.path : { json: next.path, parameter: next.parameter };
  return { next: from, ...(items === '$' ? {} : { items }), most };
}

function expectationAsWritten({ status, json, text, latencyBelowMs }: HttpExpectation) {
  const isUsual = status.length === 1 && status[0] === '2xx';
  return {
    ...(isUsual ? {} : { status }),
    ...(json.length > 0 ? { json } : {}),
    ...(text === null ? {} : { text }),
    ...(latencyBelowMs === null ? {} : { latencyBelow: latencyAsWritten(latencyBelowMs) }),
  };
}
