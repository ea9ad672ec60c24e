import { describe, expect, it } from 'vitest';
import { breakerAfter, judgeBreaker } from './breaker.js';
import type { HttpExpectation, HttpSpec, JsonCheck } from './http.js';
import { judgeAnswer } from './http-answer.js';
import { type Asked, decideRedirect, itemsOfPage, joinItems, nextLink, nextPage } from './http-next.js';
import { decideHttpRetry, isPassing, readRetryAfter } from './http-retry.js';
import { shownUrl, urlProblem } from './http-url.js';

const usual: HttpExpectation = { status: ['2xx'], json: [], text: null, latencyBelowMs: null };
const judge = (changes: Partial<HttpExpectation>, text = '', status = 200, latencyMs = 10) =>
  judgeAnswer({ ...usual, ...changes }, { status, text, latencyMs });

describe('an answer', () => {
  it('has a status that is expected, or nothing else counts', () => {
    expect(judge({}, '', 204)).toEqual([]);
    expect(judge({ status: [404, '5xx'] }, '', 503)).toEqual([]);
    expect(judge({ status: [200], latencyBelowMs: 1 }, '', 201)).toEqual(['status 201: expected 200']);
  });

  it('is in time and says what it should', () => {
    expect(judge({ latencyBelowMs: 10 }, '', 200, 9)).toEqual([]);
    expect(judge({ latencyBelowMs: 10, text: 'up' }, 'down')).toEqual([
      'the answer took 10 ms: expected less than 10 ms',
      'the answer does not have "up" in it',
    ]);
  });

  it.each<[JsonCheck, string, string | undefined]>([
    [{ path: '$.a', equals: 1 }, '\ufeff{"a":1}', undefined],
    [{ path: '$.a', equals: 1 }, '{"a":"1"}', '$.a: expected 1, got "1"'],
    [{ path: '$.a', equals: null }, '{"a":null}', undefined],
    [{ path: '$.a', equals: null }, '{}', '$.a: expected null, got nothing'],
    [{ path: '$.a', exists: true }, '{"a":null}', undefined],
    [{ path: '$.a', exists: false }, '{"a":0}', '$.a: expected none, got 0'],
    [{ path: '$.a', matches: '^v\\d+$' }, '{"a":"v12"}', undefined],
    [{ path: '$.a', matches: '^v' }, '{"a":7}', '$.a: expected text that fits ^v, got 7'],
    [{ path: '$.length', atLeast: 2 }, '[1]', '$.length: expected at least 2, got 1'],
    [{ path: '$.a', atMost: 2 }, '{"a":2}', undefined],
    [{ path: '$.a', atMost: 2 }, '{"a":"1"}', '$.a: expected at most 2, got "1"'],
    [{ path: '$.a', exists: true }, '<html>', 'the answer is no JSON'],
  ])('with %j of %s: %s', (check, text, problem) =>
    expect(judge({ json: [check] }, text)).toEqual(problem === undefined ? [] : [problem]),
  );
});

describe('a redirect', () => {
  const asked = (changes: Partial<Asked> = {}): Asked => ({
    url: new URL('https://a.test/x/y'),
    method: 'POST',
    withBody: true,
    withSecrets: true,
    redirects: 0,
    ...changes,
  });
  const decide = (status: number, location: string | undefined, changes: Partial<HttpSpec> = {}, from = asked()) => {
    const spec = { redirects: 'any' as const, expect: usual, body: null, ...changes };
    const decision = decideRedirect(spec, from, { status, location });
    if (decision.kind !== 'follow') return decision.kind === 'answer' ? 'answer' : decision.reason;
    const { next } = decision;
    return [next.url.href, next.method, next.withBody, next.withSecrets].join(' ');
  };

  it('keeps method, body and what is secret as far as it should', () => {
    expect(decide(307, 'z#part')).toBe('https://a.test/x/z POST true true');
    expect(decide(308, 'https://b.test/')).toBe('https://b.test/ POST true false');
    expect(decide(302, '/z')).toBe('https://a.test/z GET false true');
    expect(decide(303, '/z', {}, asked({ method: 'HEAD', withBody: false }))).toBe('https://a.test/z HEAD false true');
    // Back at home what was left behind does not come back.
    expect(
      decide(302, 'https://a.test/', {}, asked({ url: new URL('https://b.test/'), withSecrets: false })),
    ).toContain('false false');
  });

  it('is not followed to where the job does not say', () => {
    expect(decide(302, '/z', { redirects: 'none' })).toContain('redirects: none');
    for (const other of ['https://b.test/', 'http://a.test/', 'https://a.test:444/', '//b.test'])
      expect(decide(302, other, { redirects: 'same-origin' })).toContain('another origin');
    expect(decide(302, 'http://a.test/')).toContain('without encryption');
    expect(decide(302, 'file:///etc/passwd')).toContain('file:');
    expect(decide(302, 'https://u:p@a.test/')).toContain('a name or password');
    expect(decide(307, 'https://b.test/', { body: { kind: 'secret', secret: 's' } })).toContain('secret body');
    expect(decide(302, '/z', {}, asked({ redirects: 10 }))).toContain('more than 10');
    expect(decide(302, 'http://')).toContain('no address');
  });

  it('is an answer where it is expected or leads nowhere', () => {
    expect(decide(304, '/z')).toBe('answer');
    expect(decide(302, undefined)).toBe('answer');
    expect(decide(302, '/z', { expect: { ...usual, status: ['3xx'] } })).toBe('answer');
  });
});

describe('the next page', () => {
  const url = new URL('https://a.test/items?size=2');
  const next = (path: string, text: string, parameter: string | null = null) => {
    const found = nextPage({ next: { path, parameter }, items: '$', most: 9 }, url, { link: undefined, text });
    return found.kind === 'next' ? found.url.href : found.kind === 'end' ? 'end' : found.reason;
  };

  it('is where a link header says', () => {
    expect(nextLink('<https://a.test/1>; rel="prev", </items?page=3>; title="a, b"; rel="x next"')).toBe(
      '/items?page=3',
    );
    expect(nextLink('</2>; rel=next')).toBe('/2');
    expect(nextLink('</2>; rel="last"')).toBeUndefined();
    const pages = { next: null, items: '$', most: 9 };
    expect(nextPage(pages, url, { link: '<?page=2>;rel=next', text: '' })).toEqual({
      kind: 'next',
      url: new URL('https://a.test/items?page=2'),
    });
    expect(nextPage(pages, url, { link: undefined, text: '' })).toEqual({ kind: 'end' });
  });

  it('is where the answer says, as an address or for a parameter', () => {
    expect(next('$.next', '{"next":"/items?page=2"}')).toBe('https://a.test/items?page=2');
    expect(next('$.cursor', '{"cursor":"a&b"}', 'c')).toBe('https://a.test/items?size=2&c=a%26b');
    for (const last of ['{"next":null}', '{"next":""}', '{}', '{"next":false}'])
      expect(next('$.next', last)).toBe('end');
    expect(next('$.next', '{"next":"https://b.test/"}')).toContain('another origin');
    expect(next('$.next', '{"next":"https://"}')).toContain('no address');
  });

  it('has its items joined to one list', () => {
    const pages = { next: null, items: '$.a', most: 9 };
    expect(joinItems([...(itemsOfPage(pages, '{"a":[1, {"b":2}]}') ?? []), '9007199254740993'])).toBe(
      '[\n1,\n{"b":2},\n9007199254740993\n]\n',
    );
    expect([joinItems([]), itemsOfPage(pages, '{"a":1}'), itemsOfPage(pages, '<p>')]).toEqual([
      '[]\n',
      undefined,
      undefined,
    ]);
  });
});

describe('another attempt', () => {
  const retry = { attempts: 3, delayMs: 1_000, backoff: 2 };
  const decide = (attempt: number, retryAfterMs?: number, isWorthIt = true) =>
    decideHttpRetry(retry, attempt, { isWorthIt, retryAfterMs });

  it('waits longer each time, and at least as long as the server asks', () => {
    expect([decide(1), decide(2)]).toEqual([
      { kind: 'wait', ms: 1_000 },
      { kind: 'wait', ms: 2_000 },
    ]);
    expect(decide(1, 30_000)).toEqual({ kind: 'wait', ms: 30_000 });
    expect(decide(2, 500)).toEqual({ kind: 'wait', ms: 2_000 });
  });

  it('is not made in vain', () => {
    expect(decide(3)).toEqual({ kind: 'stop', reason: 'no_attempts_left' });
    expect(decide(1, 300_001)).toEqual({ kind: 'stop', reason: 'asked_to_wait_too_long' });
    expect(decide(1, undefined, false)).toEqual({ kind: 'stop', reason: 'not_worth_it' });
    expect(decideHttpRetry(null, 1, { isWorthIt: true, retryAfterMs: undefined })).toMatchObject({ kind: 'stop' });
    expect([429, 500, 503, 408, 404, 200].map(isPassing)).toEqual([true, true, true, true, false, false]);
  });

  it('reads what servers write', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    expect(readRetryAfter(' 120 ', nowMs)).toBe(120_000);
    expect(readRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', nowMs)).toBe(60_000);
    expect(readRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', nowMs)).toBe(0);
    for (const odd of [undefined, '', '-1', 'soon', '1e9']) expect(readRetryAfter(odd, nowMs)).toBeUndefined();
  });
});

describe('a breaker', () => {
  const rule = { after: 2, forMs: 600 };
  const fail = (state: ReturnType<typeof breakerAfter>, nowMs: number, version = 1) =>
    breakerAfter(state, { version, nowMs, ok: false });

  it('opens after so many failures in a row, tries again, and closes when that goes well', () => {
    const once = fail(undefined, 1_000);
    expect(judgeBreaker(rule, once, { version: 1, nowMs: 1_001 })).toEqual({ kind: 'closed' });
    const twice = fail(once, 2_000);
    expect(judgeBreaker(rule, twice, { version: 1, nowMs: 2_599 })).toEqual({
      kind: 'open',
      untilMs: 2_600,
      failures: 2,
    });
    expect(judgeBreaker(rule, twice, { version: 1, nowMs: 2_600 })).toEqual({ kind: 'trial' });
    expect(judgeBreaker(rule, fail(twice, 2_600), { version: 1, nowMs: 2_700 })).toMatchObject({
      kind: 'open',
      failures: 3,
    });
    expect(breakerAfter(twice, { version: 1, nowMs: 2_600, ok: true })).toBeUndefined();
  });

  it('does not hold a new version, nor a host whose clock went back', () => {
    const twice = fail(fail(undefined, 1_000), 2_000);
    expect(judgeBreaker(rule, twice, { version: 2, nowMs: 2_001 })).toEqual({ kind: 'closed' });
    expect(fail(twice, 2_001, 2)).toEqual({ version: 2, failures: 1, lastFailureMs: 2_001 });
    expect(judgeBreaker(rule, twice, { version: 1, nowMs: 1_500 })).toEqual({ kind: 'trial' });
    expect(judgeBreaker(null, twice, { version: 1, nowMs: 2_001 })).toEqual({ kind: 'closed' });
  });
});

it('an address keeps what may be secret to itself', () => {
  expect(shownUrl(new URL('https://a.test/x?token=1'))).toBe('https://a.test/x?…');
  expect(urlProblem('https://a.test/x#y')).toContain('#');
  expect(urlProblem('https://a.test\\@b.test/')).toBeDefined();
});
