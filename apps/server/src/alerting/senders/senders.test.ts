import { createHmac } from 'node:crypto';
import { someContent } from '@carillon/core/alert/deliver/testing/content';
import { channelFileSchema } from '@carillon/core/alert/documents/channel.schema';
import { HttpSink, type SinkAnswer, type SinkRequest } from '@carillon/testkit/http-sink';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sendNotice } from './send-notice.js';

let sink: HttpSink;
beforeAll(async () => {
  sink = await HttpSink.start();
});
afterAll(() => sink.close());
afterEach(() => {
  sink.requests.length = 0;
  sink.answer = () => ({});
});

const nowMs = Date.UTC(2026, 10, 26, 2);
const signing = 'SEC-of-the-robot';
const secrets = () =>
  new Map([
    ['url', `${sink.url}/hook?token=hidden-token`],
    ['signing', signing],
    ['key', 'R0123456789ABCDEF0123456789ABCDE'],
    ['token', 'twilio-token'],
    ['hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['hook2', `whsk_${Buffer.alloc(32, 7).toString('base64')}`],
  ]);

function channelOf(fields: object) {
  return channelFileSchema.parse({ kind: 'Channel', name: 'c', ...fields });
}

function send(fields: object, content = someContent(), options = {}) {
  const letter = { key: 'incident/1/opened', recipient: null, content };
  return sendNotice(channelOf(fields), letter, {
    nowMs,
    secrets: secrets(),
    allowPrivateAddresses: true,
    timeoutMs: 300,
    ...options,
  });
}

interface Contracted {
  readonly fields: () => object;
  /** What the provider answers when it took the message. */
  readonly taken: SinkAnswer;
  /** How it says in a 200 that it did not; null where it never does. */
  readonly errorIn200: string | null;
  check(request: SinkRequest, body: Record<string, unknown>): void;
}

const url = { secret: 'url' };
const twilio = { accountSid: 'AC1', authToken: { secret: 'token' }, from: '+4930123456', to: ['+4930654321'] };
const channels: Record<string, Contracted> = {
  slack: {
    fields: () => ({ type: 'slack', url }),
    taken: { body: 'ok' },
    errorIn200: 'invalid_payload',
    check: (_request, { text }) =>
      expect(text).toMatch(/^\*\[HIGH\] #7 opened: Backup fails on DB-01\*\n3 runs failed/),
  },
  teams: {
    fields: () => ({ type: 'teams', url }),
    taken: { status: 202 },
    errorIn200: null,
    check: (_request, body) =>
      expect(body).toMatchObject({ type: 'message', attachments: [{ content: { type: 'AdaptiveCard' } }] }),
  },
  dingtalk: {
    fields: () => ({ type: 'dingtalk', url, signing: { secret: 'signing' }, language: 'zh' }),
    taken: { body: '{"errcode":0,"errmsg":"ok"}' },
    errorIn200: '{"errcode":310000,"errmsg":"sign not match"}',
    check({ path }, body) {
      const query = new URL(path, sink.url).searchParams;
      const expected = createHmac('sha256', signing).update(`${nowMs}\n${signing}`).digest('base64');
      expect([query.get('timestamp'), query.get('sign')]).toEqual([String(nowMs), expected]);
      expect(body).toMatchObject({ msgtype: 'markdown', markdown: { title: '[高] #7 已触发: Backup fails on DB-01' } });
    },
  },
  feishu: {
    fields: () => ({ type: 'feishu', url, signing: { secret: 'signing' } }),
    taken: { body: '{"code":0,"msg":"success"}' },
    errorIn200: '{"code":19021,"msg":"sign match fail"}',
    check(_request, { sign, timestamp }) {
      expect(timestamp).toBe(String(nowMs / 1_000));
      expect(sign).toBe(
        createHmac('sha256', `${nowMs / 1_000}\n${signing}`)
          .update('')
          .digest('base64'),
      );
    },
  },
  wecom: {
    fields: () => ({ type: 'wecom', url }),
    taken: { body: '{"errcode":0}' },
    errorIn200: '{"errcode":93000,"errmsg":"invalid webhook url"}',
    check: (_request, body) => expect(body).toMatchObject({ msgtype: 'markdown' }),
  },
  pagerduty: {
    fields: () => ({ type: 'pagerduty', routingKey: { secret: 'key' }, url: `${sink.url}/v2/enqueue` }),
    taken: { status: 202, body: '{"status":"success","dedup_key":"carillon-1"}' },
    errorIn200: null,
    check: (_request, body) =>
      expect(body).toMatchObject({
        event_action: 'trigger',
        dedup_key: 'carillon-01890000-0000-7000-8000-000000000001',
        payload: { severity: 'critical', source: 'DB-01' },
      }),
  },
  'twilio-sms': {
    fields: () => ({ type: 'twilio-sms', ...twilio, url: sink.url }),
    taken: { status: 201, body: '{"sid":"SM1","error_code":null}' },
    errorIn200: '{"sid":"SM1","error_code":30006,"error_message":"Landline"}',
    check({ path, headers, body }) {
      expect(path).toBe('/2010-04-01/Accounts/AC1/Messages.json');
      expect(headers.authorization).toBe(`Basic ${Buffer.from('AC1:twilio-token').toString('base64')}`);
      const form = new URLSearchParams(body);
      expect(form.get('To')).toBe('+4930654321');
      expect(form.get('Body')).toContain('#7 opened: Backup fails on DB-01\nhttps://');
    },
  },
  'twilio-voice': {
    fields: () => ({ type: 'twilio-voice', ...twilio, url: sink.url }),
    taken: { status: 201, body: '{"sid":"CA1"}' },
    errorIn200: null,
    check: ({ body }) =>
      expect(new URLSearchParams(body).get('Twiml')).toMatch(/^<Response><Say language="en-US">This is Carillon/),
  },
  webhook: {
    fields: () => ({ type: 'webhook', url: sink.url, signing: [{ secret: 'hook' }, { secret: 'hook2' }] }),
    taken: {},
    errorIn200: null,
    check({ headers, body }) {
      const signed = `incident/1/opened.${nowMs / 1_000}.${body}`;
      const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
      const [first, second] = headers['webhook-signature']?.split(' ') ?? [];
      expect(first).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      expect(second).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
      expect(JSON.parse(body)).toMatchObject({ type: 'incident.opened', data: { job: 'Backup' } });
    },
  },
};

describe.each(Object.entries(channels))('%s', (type, { fields, taken, errorIn200, check }) => {
  it('sends what the provider documents, and knows that it was taken', async () => {
    sink.answer = () => taken;
    expect(await send(fields())).toMatchObject({ kind: 'sent' });
    const [request] = sink.requests;
    const isJson = request?.headers['content-type']?.startsWith('application/json');
    check(request as SinkRequest, isJson ? JSON.parse(request?.body ?? '') : {});
  });

  it.each([
    [400, 'refused'],
    [404, 'refused'],
    [301, 'refused'],
    [410, 'refused'],
    [408, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('knows what HTTP %i means', async (status, kind) => {
    sink.answer = () => ({ status, headers: { 'retry-after': '17', location: 'http://127.0.0.1:1/' } });
    const outcome = await send(fields());
    expect(outcome).toMatchObject({ kind, code: `http_${status}` });
    if (kind === 'retry') expect(outcome).toMatchObject({ afterMs: 17_000 });
    if (status === 410) expect(outcome).toMatchObject({ gone: true });
    expect(sink.requests).toHaveLength(1);
  });

  it('tries again when nothing is answered, under the same key', async () => {
    sink.answer = () => ({ silent: true });
    expect(await send(fields())).toMatchObject({
      kind: 'retry',
      code: 'unreachable',
      message: 'no answer within 300 ms',
    });
  });

  it.runIf(errorIn200 !== null)('finds the error in a 200', async () => {
    sink.answer = () => ({ body: errorIn200 ?? '' });
    expect(await send(fields())).toMatchObject({ kind: 'refused' });
  });

  it('takes hostile names and output as text, and stays within the limits', async () => {
    sink.answer = () => taken;
    const hostile = '<script>alert(1)</script> [x](http://evil) *b* <http://evil|x> \u202e\r\nBcc: x@y';
    const content = someContent({
      host: hostile,
      text: hostile,
      run: { id: 'r', outcome: 'failed', exitCode: 1, output: `${hostile}\n`.repeat(2_000) },
    });
    expect(await send(fields(), content)).toMatchObject({ kind: 'sent' });
    const body = sink.requests[0]?.body ?? '';
    expect(Buffer.byteLength(body)).toBeLessThan(28_000);
    expect(body.length).toBeGreaterThan(0);
    // Slack would make a link of it, that reads as somebody else's.
    if (type === 'slack') expect(body).not.toContain('<http://evil|x>');
    // Programs get it as it is.
    if (type !== 'webhook') expect(body).not.toContain('\u202e');
  });

  it('does not reach what is not public unless it may', async () => {
    const outcome = await send(fields(), someContent(), { allowPrivateAddresses: false });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'blocked_address' });
    expect(sink.requests).toEqual([]);
  });

  it('says which secret is missing, and never what one is', async () => {
    expect(await send(fields(), someContent(), { secrets: new Map() })).toMatchObject({
      kind: 'refused',
      code: 'no_secret',
    });
    const nowhere = new Map([...secrets(), ['url', 'http://127.0.0.1:9/hook?token=hidden-token']]);
    expect(JSON.stringify(await send(fields(), someContent(), { secrets: nowhere }))).not.toContain('hidden-token');
  });
});

it('a name is resolved once, and refused for any address of it that is not public', async () => {
  const fields = { type: 'webhook', url: 'http://localhost:1/', signing: { secret: 'hook' } };
  expect(await send(fields, someContent(), { allowPrivateAddresses: false })).toMatchObject({
    code: 'blocked_address',
  });
});
