import { z } from 'zod';
import { byteSizeSchema, checkPlaceholders, durationSchema, secretNameSchema } from '../job/parts.schema.js';
import { pathProblem } from '../policy/program-path.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams, says } from '../zod-problems.js';
import { actionLimits, httpDefaults } from './action-limits.js';
import {
  type HttpBody,
  type HttpHeader,
  type HttpPages,
  type HttpSpec,
  httpMethods,
  type JsonCheck,
  redirectRules,
} from './http.js';
import { sampleOf, urlProblem } from './http-url.js';
import { parseJsonPath } from './json-path.js';

function wrong(
  context: z.RefinementCtx,
  input: unknown,
  expected: ExpectedText,
  path: readonly (string | number)[] = [],
): void {
  context.addIssue({ code: 'custom', input, path: [...path], ...problemParams('wrong_value', expected) });
}

const urlSchema = z
  .string()
  .max(actionLimits.urlCharacters)
  .superRefine((url, context) => {
    const why = urlProblem(url);
    if (why !== undefined) wrong(context, url, `an address such as https://api.example.com/items, but ${why}`);
    else checkPlaceholders(url, context);
  });

/** What Node writes itself, or what would change how a request is read. */
const ownHeaders =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|accept-encoding|proxy-.*)$/i;
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const headerText = z
  .string()
  .max(actionLimits.headerCharacters)
  .refine(
    (text) => /^[\t\x20-\x7e\xa0-\xff]*$/.test(text),
    problemParams('wrong_value', 'text of one line that a header can have'),
  );

const headersSchema = z
  .record(
    z.string().refine((name) => token.test(name), problemParams('wrong_value', 'the name of a header')),
    z.union(
      [
        headerText.superRefine(checkPlaceholders),
        z.number(),
        z.boolean(),
        z.strictObject({ secret: secretNameSchema, prefix: headerText.optional() }),
      ],
      says('text, or { secret: NAME, prefix: "Bearer " }'),
    ),
  )
  .refine(
    (headers) => Object.keys(headers).length <= actionLimits.headers,
    problemParams('too_long', `at most ${actionLimits.headers} headers`),
  )
  .refine(
    (headers) => new Set(Object.keys(headers).map((name) => name.toLowerCase())).size === Object.keys(headers).length,
    problemParams('duplicate', 'each header once'),
  )
  .superRefine((headers, context) => {
    for (const name of Object.keys(headers))
      if (ownHeaders.test(name)) wrong(context, headers[name], `no ${name}: requests get it by themselves`, [name]);
  })
  .transform((headers): HttpHeader[] =>
    Object.entries(headers).map(([name, value]) =>
      typeof value === 'object'
        ? { name, secret: value.secret, prefix: value.prefix ?? '' }
        : { name, value: String(value) },
    ),
  );

const bodyText = z.string().max(actionLimits.bodyCharacters).superRefine(checkPlaceholders);
const bodySchema = z
  .union(
    [bodyText, z.strictObject({ json: z.json() }), z.strictObject({ secret: secretNameSchema })],
    says('text, { json: … } or { secret: NAME }'),
  )
  .transform((body, context): HttpBody => {
    if (typeof body === 'string') return { kind: 'text', text: body };
    if ('secret' in body) return { kind: 'secret', secret: body.secret };
    const text = JSON.stringify(body.json);
    if (text.length > actionLimits.bodyCharacters)
      wrong(context, text, `at most ${actionLimits.bodyCharacters} characters`);
    checkPlaceholders(text, context);
    return { kind: 'json', text };
  });

const jsonPathSchema = z
  .string()
  .max(actionLimits.matchCharacters)
  .refine(
    (path) => parseJsonPath(path) !== undefined,
    problemParams('wrong_value', 'a path such as $.status or $.items[0].id'),
  );

const tests = ['equals', 'exists', 'matches', 'atLeast', 'atMost'] as const;
const checkSchema = z
  .strictObject({
    path: jsonPathSchema,
    equals: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    exists: z.boolean().optional(),
    matches: z
      .string()
      .max(actionLimits.matchCharacters)
      .refine(isPattern, problemParams('wrong_value', 'a regular expression'))
      .optional(),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
  })
  .superRefine((check, context) => {
    if (tests.filter((test) => check[test] !== undefined).length !== 1)
      wrong(context, check, `exactly one of ${tests.join(', ')}`);
  })
  .transform((check) => check as JsonCheck);

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

const statusSchema = z.union([
  z.int().min(100).max(599),
  z.string().refine((text) => /^[1-5]xx$/.test(text), problemParams('wrong_value', 'a status such as 200 or 2xx')),
]);

const latencySchema = z.string().transform((text, context) => {
  const ms = /^\d{1,7}ms$/.test(text)
    ? Number.parseInt(text, 10)
    : durationSchema(actionLimits.latencyMs).safeParse(text).data;
  if (ms !== undefined && ms >= actionLimits.latencyMs.min && ms <= actionLimits.latencyMs.max) return ms;
  wrong(context, text, 'a time such as 500ms or 2s');
  return z.NEVER;
});

const expectSchema = z
  .strictObject({
    status: z
      .preprocess(
        (value) => (Array.isArray(value) ? value : [value]),
        z.array(statusSchema).min(1).max(actionLimits.checks),
      )
      .optional(),
    json: z.array(checkSchema).max(actionLimits.checks).optional(),
    text: z.string().min(1).max(actionLimits.matchCharacters).optional(),
    latencyBelow: latencySchema.optional(),
  })
  .transform(({ status, json, text, latencyBelow }) => ({
    status: status ?? ['2xx'],
    json: json ?? [],
    text: text ?? null,
    latencyBelowMs: latencyBelow ?? null,
  }));

const pagesSchema = z
  .strictObject({
    next: z.union(
      [
        z.literal('link'),
        jsonPathSchema,
        z.strictObject({ json: jsonPathSchema, parameter: z.string().min(1).max(100) }),
      ],
      says('link, a path such as $.next, or { json: $.cursor, parameter: cursor }'),
    ),
    items: jsonPathSchema.optional(),
    most: z.int().min(1).max(actionLimits.pages),
  })
  .transform(({ next, items, most }): HttpPages => {
    const from =
      typeof next === 'object' ? { path: next.json, parameter: next.parameter } : { path: next, parameter: null };
    return { next: next === 'link' ? null : from, items: items ?? '$', most };
  });

/** A file on the host; what placeholders make of it must be a path that can be judged. */
const filePathSchema = z
  .string()
  .max(actionLimits.pathCharacters)
  .superRefine((path, context) => {
    checkPlaceholders(path, context);
    const filled = sampleOf(path);
    const why = /[\\/]$/.test(filled) ? 'it is a folder' : pathProblem(filled);
    if (why !== undefined)
      wrong(context, path, `an absolute path such as D:\\data\\{{scheduledFor:yyyyMMdd}}.json, but ${why}`);
  });

const shared = {
  url: urlSchema,
  headers: headersSchema.optional(),
  expect: expectSchema.optional(),
  retry: z
    .strictObject({
      attempts: z.int().min(2).max(actionLimits.httpAttempts),
      delay: durationSchema(actionLimits.httpDelayMs).optional(),
      backoff: z.number().min(1).max(10).optional(),
    })
    .transform(({ attempts, delay, backoff }) => ({ attempts, delayMs: delay ?? 1_000, backoff: backoff ?? 2 }))
    .optional(),
  breaker: z
    .strictObject({
      after: z.int().min(1).max(actionLimits.breakerAfter),
      for: durationSchema(actionLimits.breakerMs),
    })
    .transform((breaker) => ({ after: breaker.after, forMs: breaker.for }))
    .optional(),
  timeout: durationSchema(actionLimits.httpTimeoutMs).optional(),
  maxBytes: byteSizeSchema(actionLimits.httpBytes).optional(),
  redirects: z.enum(redirectRules).optional(),
};

const usualExpectation = { status: ['2xx'], json: [], text: null, latencyBelowMs: null };

function defined(file: z.output<z.ZodObject<typeof shared>>, kind: 'http' | 'healthCheck') {
  return {
    url: file.url,
    headers: file.headers ?? [],
    expect: file.expect ?? usualExpectation,
    retry: file.retry ?? null,
    breaker: file.breaker ?? null,
    timeoutMs: file.timeout ?? httpDefaults[kind].timeoutMs,
    maxBytes: file.maxBytes ?? httpDefaults[kind].maxBytes,
    redirects: file.redirects ?? ('same-origin' as const),
  };
}

/** `http` as people write it; parsing gives the full definition. */
export const httpSchema = z
  .strictObject({
    ...shared,
    method: z.enum(httpMethods).optional(),
    body: bodySchema.optional(),
    pages: pagesSchema.optional(),
    saveTo: filePathSchema.optional(),
    show: z.boolean().optional(),
  })
  .superRefine(({ method = 'GET', body, pages, saveTo, expect }, context) => {
    if (body !== undefined && (method === 'GET' || method === 'HEAD'))
      wrong(context, body, `no body beside ${method}`, ['body']);
    if (pages !== undefined && method !== 'GET') wrong(context, pages, `no pages beside ${method}`, ['pages']);
    if (method === 'HEAD' && (saveTo !== undefined || expect?.text || (expect?.json.length ?? 0) > 0))
      wrong(context, method, 'GET: an answer to HEAD has no body to save or to look at', ['method']);
  })
  .transform(
    (file): HttpSpec => ({
      ...defined(file, 'http'),
      method: file.method ?? 'GET',
      body: file.body ?? null,
      pages: file.pages ?? null,
      saveTo: file.saveTo ?? null,
      show: file.show ?? false,
    }),
  );

/** `healthCheck`: the same request with nothing to send and nothing to keep. */
export const healthCheckSchema = z.strictObject({ ...shared, method: z.enum(['GET', 'HEAD']).optional() }).transform(
  (file): HttpSpec => ({
    ...defined(file, 'healthCheck'),
    method: file.method ?? 'GET',
    body: null,
    pages: null,
    saveTo: null,
    show: false,
  }),
);
