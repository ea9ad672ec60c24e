import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelFileSchema } from '../documents/channel.schema.js';
import { isPublicAddress } from './address-guard.js';
import { afterAttempt, closedBreaker, mayTry } from './breaker.js';
import { takeRoom } from './bucket.js';
import { bucketOf } from './bucket-of.js';
import { oneLine } from './line.js';
import { cutBytes } from './message.js';
import { nextTry, patienceOf } from './next-try.js';
import { retryAfterMs } from './outcome.js';
import { signWebhook } from './standard-webhooks.js';
import { fillTemplate, templateProblem } from './template.js';
import { someContent } from './testing/content.js';

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.1.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'ff02::1',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '64:ff9b:1::808:808',
    '3fff::1',
    '5f00::1',
    '0177.0.0.1',
    'not an address',
    '1.2.3',
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it('that stand behind another form are judged as they are', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const words = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        const forms = [
          `::ffff:${address}`,
          `::ffff:${words}`,
          `0:0:0:0:0:ffff:${words}`,
          `64:ff9b::${address}`,
          `2002:${words}::1`,
        ];
        for (const form of forms) expect([form, isPublicAddress(form)]).toEqual([form, isPublicAddress(address)]);
      }),
    );
  });
});

describe('the next try', () => {
  const failed = { kind: 'retry', code: 'http_500', message: 'HTTP 500' } as const;
  const patience = patienceOf('slack');

  it('comes later each time, about when the table says, and in the end not at all', () => {
    const at = (attempts: number, random: number) =>
      nextTry(failed, { attempts, nowMs: 0, expiresMs: null, random }, patience);
    expect(at(1, 0.5)).toEqual({ kind: 'again', atMs: 5_000 });
    expect(at(1, 0)).toEqual({ kind: 'again', atMs: 4_000 });
    expect(at(3, 1)).toEqual({ kind: 'again', atMs: 72_000 });
    expect(at(7, 0.5)).toMatchObject({ kind: 'dead', code: 'given_up' });
  });

  it('waits as long as the provider says, and is not made when it would come too late', () => {
    const told = { ...failed, afterMs: 90_000 };
    expect(nextTry(told, { attempts: 1, nowMs: 0, expiresMs: null, random: 0.5 }, patience)).toEqual({
      kind: 'again',
      atMs: 90_000,
    });
    expect(nextTry(told, { attempts: 1, nowMs: 0, expiresMs: 60_000, random: 0.5 }, patience)).toMatchObject({
      code: 'too_late',
    });
  });

  it('is not made of what was refused', () => {
    const refused = { kind: 'refused', code: 'http_404', message: 'HTTP 404' } as const;
    expect(nextTry(refused, { attempts: 1, nowMs: 0, expiresMs: null, random: 0 }, patience)).toMatchObject({
      kind: 'dead',
      code: 'http_404',
    });
  });

  it.each([
    ['30', 30_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['soon', undefined],
    ['-5', undefined],
    ['999999999', 86_400_000],
  ])('Retry-After: %s', (header, ms) => expect(retryAfterMs(header, 0)).toBe(ms));
});

describe('a breaker', () => {
  const after = (outcomes: string, nowMs = 0) =>
    [...outcomes].reduce((breaker, one) => afterAttempt(breaker, one === '+', nowMs), closedBreaker);

  it('opens after five failures in a row or more than half of twenty, for longer each time', () => {
    expect(after('----').openUntilMs).toBeNull();
    expect(after('-----').openUntilMs).toBe(30_000);
    expect(after('+-+-+-+-+-+-+-+-+-+-').openUntilMs).toBeNull();
    expect(after('-+-+-+-+-+-+-+-+-+--').openUntilMs).toBe(30_000);
    const again = afterAttempt(after('-----'), false, 40_000);
    expect([again.openMs, mayTry(again, 99_999), mayTry(again, 100_000)]).toEqual([60_000, false, true]);
  });

  it('closes when a probe goes through', () => {
    expect(afterAttempt(after('-----'), true, 40_000)).toEqual({
      recent: [true],
      openUntilMs: null,
      openMs: 0,
      failingSinceMs: null,
    });
  });
});

it('a bucket lets no more through than its rate, whenever and for how many it is asked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(5_000), fc.nat(8)), { maxLength: 200 }),
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 20 }),
      (asked, perMinute, burst) => {
        const rate = { perMinute, burst };
        const sent: { atMs: number; count: number }[] = [];
        let fullMs: number | null = null;
        let nowMs = Date.UTC(2026, 10, 27);
        for (const [gapMs, wanted] of asked) {
          nowMs += gapMs;
          const one = takeRoom(fullMs, rate, wanted, nowMs);
          fullMs = one.fullMs;
          sent.push({ atMs: nowMs, count: one.taken });
          if (one.taken < wanted) expect(one.waitMs).toBeGreaterThan(0);
          expect(takeRoom(fullMs, rate, 1, nowMs + one.waitMs).taken).toBe(1);
        }
        // In whatever stretch of time, not only since the beginning.
        for (const [index, { atMs }] of sent.entries()) {
          const within = sent.slice(index).reduce((sum, { count }) => sum + count, 0);
          expect(within).toBeLessThanOrEqual(burst + ((nowMs - atMs) * perMinute) / 60_000 + 0.01);
        }
      },
    ),
  );
});

it('a clock that is set back costs a bucket one burst', () => {
  const rate = { perMinute: 60, burst: 10 };
  const { fullMs } = takeRoom(null, rate, 10, 3_600_000);
  const back = takeRoom(fullMs, rate, 1, 0);
  expect(back).toMatchObject({ taken: 0, waitMs: 1_000 });
  expect(takeRoom(back.fullMs, rate, 1, 1_000).taken).toBe(1);
});

it('channels that are one to their provider share its room', () => {
  const chat = (name: string, secret: string) =>
    bucketOf(channelFileSchema.parse({ kind: 'Channel', name, type: 'slack', url: { secret } }));
  expect(chat('a', 'robot')).toBe(chat('b', 'robot'));
  expect(chat('a', 'robot')).not.toBe(chat('a', 'other'));
  expect(chat('a', 'robot')).not.toContain('robot');
});
describe('templates', () => {
  it('put in what is named, once, and nothing of what was put in', () => {
    const content = someContent({ text: '{{job}} {{labels.site}}', labels: { site: 'fra' } });
    expect(fillTemplate('{{ text }} on {{labels.site}} #{{incident.number}}', content)).toBe(
      '{{job}} {{labels.site}} on fra #7',
    );
  });

  it.each(['{{constructor}}', '{{incident.__proto__}}', '{{#each}}', '{{ job'])('%s is refused', (text) =>
    expect(templateProblem(text)).toMatch(/placeholders/),
  );
});

it('one line has no line break, no control and no turned direction, whatever comes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(oneLine(text)).not.toMatch(/[\u0000-\u001f\u2028\u202e]/);
      expect(oneLine(text).length).toBeLessThanOrEqual(300);
    }),
  );
});

it('a cut text has at most so many bytes and ends between characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 60 }), (text, bytes) => {
      const cut = cutBytes(text, bytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(Math.max(bytes, 3));
      expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true);
      expect(cut).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    }),
  );
});

it('webhooks are signed as the example of Standard Webhooks is', () => {
  const payload = '{"test": 2432232314}';
  const signed = `msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.${payload}`;
  expect(signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', signed)).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});
