import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '../deliver/standard-webhooks.js';
import { judgeHook, ticketsNamed } from './read-hook.js';

const nowMs = Date.UTC(2026, 10, 26);
const body = Buffer.from('{"issue":{"id":"10001"}}');
const hub = (secret: string, over: Buffer = body) =>
  `sha256=${createHmac('sha256', secret).update(over).digest('hex')}`;
const standard = (secret: string, atMs = nowMs, id = 'msg_1') => {
  const seconds = String(atMs / 1_000);
  const signature = signWebhook(secret, `${id}.${seconds}.${body.toString()}`);
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
};
const judge = (headers: Record<string, string>, secrets = ['old', 'new'], over = body) =>
  judgeHook({ headers, body: over }, secrets, nowMs);

describe('the signature of a webhook', () => {
  it.each(['old', 'new'])('fits with the %s secret, in both schemes', (secret) => {
    const identified = { 'x-hub-signature': hub(secret), 'x-atlassian-webhook-identifier': 'd1' };
    expect(judge(identified)).toEqual({ ok: true, delivery: 'd1' });
    expect(judge({ 'x-hub-signature': hub(secret) })).toEqual({ ok: true, delivery: null });
    expect(judge(standard(secret))).toEqual({ ok: true, delivery: 'msg_1' });
  });

  it('takes secrets as Standard Webhooks writes them, and one of several signatures', () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    expect(judge(standard(secret), [secret])).toMatchObject({ ok: true });
    const several = { ...standard('new'), 'webhook-signature': `v1,AAAA ${standard('new')['webhook-signature']}` };
    expect(judge(several, ['new'])).toMatchObject({ ok: true });
  });

  it.each([
    ['another secret', { 'x-hub-signature': hub('other') }, 'wrong_signature'],
    ['another body', { 'x-hub-signature': hub('new', Buffer.from('{}')) }, 'wrong_signature'],
    ['another id', { ...standard('new'), 'webhook-id': 'msg_2' }, 'wrong_signature'],
    ['no signature', {}, 'no_signature'],
    ['a signature of nothing', { 'x-hub-signature': 'sha256=' }, 'wrong_signature'],
    ['a time too long ago', standard('new', nowMs - 301_000), 'not_now'],
    ['a time to come', standard('new', nowMs + 301_000), 'not_now'],
    ['no time', { ...standard('new'), 'webhook-timestamp': 'NaN' }, 'wrong_signature'],
  ])('does not fit with %s', (_what, headers, why) => {
    expect(judge(headers)).toEqual({ ok: false, why });
  });

  it('fits with no secret at all where none was handed over', () => {
    for (const secret of ['', 'none', 'undefined'])
      expect(judge({ 'x-hub-signature': hub(secret) }, [])).toEqual({ ok: false, why: 'no_secret' });
  });
});

it('finds what a payload calls its ticket, and nothing in what is none', () => {
  const label = 'carillon-1-ops-1';
  expect(ticketsNamed({ issue: { id: '10001', key: 'OPS-1', fields: { labels: ['carillon', label] } } })).toEqual([
    '10001',
    'carillon',
    label,
  ]);
  expect(ticketsNamed({ sys_id: 'ab12', correlation_id: label })).toEqual(['ab12', label]);
  const hostile = { sys_id: { $ne: 1 }, issue: { id: 7, fields: { labels: ["x' OR 1=1", 'a\u0000b', null] } } };
  for (const odd of [null, 'text', 7, [], {}, hostile]) expect(ticketsNamed(odd)).toEqual([]);
});
