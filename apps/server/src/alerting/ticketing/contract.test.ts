import { channelFileSchema, type TicketChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serviceNowEvents } from './em-event.js';
import { jira } from './jira.js';
import { serviceNow } from './servicenow.js';
import type { TicketDraft, TicketSystem } from './ticket-system.js';

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
const draft: TicketDraft = {
  key: 'carillon-1',
  title: '#1 Backup fails on DB-01',
  text: '3 runs failed in a row',
  severity: 'high',
  policy: 'pager',
  job: 'Backup',
  host: 'DB-01',
  facts: { incident: 1 },
};

function specOf(fields: object): TicketChannelSpec {
  const account = { url: sink.url, username: 'carillon', password: { secret: 'p' } };
  return channelFileSchema.parse({ kind: 'Channel', name: 'c', ...account, ...fields }) as TicketChannelSpec;
}

const access = (options: object) => {
  const account = { url: sink.url, username: 'carillon', password: 'hidden-password', nowMs, timeoutMs: 300 };
  return { ...account, allowPrivateAddresses: true, ...options };
};

/** Each with its answer to a ticket that it took, and with how it may say in a 200 that it did not. */
const systems: Record<string, { open(options?: object): TicketSystem; taken: string; errorIn200: string }> = {
  'servicenow, incident': {
    open: (options = {}) => serviceNow(specOf({ type: 'servicenow' }) as never, access(options)),
    taken: JSON.stringify({
      result: Object.fromEntries(
        ['sys_id', 'number', 'state', 'assigned_to', 'sys_updated_on', 'sys_mod_count'].map((name) => [
          name,
          { value: '1', display_value: '1' },
        ]),
      ),
    }),
    errorIn200: '{"error":{"message":"Operation Failed"},"status":"failure"}',
  },
  'servicenow, em_event': {
    open: (options = {}) =>
      serviceNowEvents(specOf({ type: 'servicenow', table: 'em_event' }) as never, access(options), draft),
    taken: '{"result":{"sys_id":"1"}}',
    errorIn200: '{"error":{"message":"Operation Failed"},"status":"failure"}',
  },
  jira: {
    open: (options = {}) => jira(specOf({ type: 'jira', project: 'OPS' }) as never, access(options)),
    taken: '{"id":"10001","key":"OPS-1"}',
    errorIn200: '{"errorMessages":["no"],"errors":{}}',
  },
};

describe.each(Object.entries(systems))('%s', (_name, { open, taken, errorIn200 }) => {
  const create = (options?: object) => open(options).create(draft);

  it('makes a ticket with one request that says who we are', async () => {
    sink.answer = () => ({ status: 201, body: taken });
    expect(await create()).toMatchObject({ status: 'open' });
    const [request] = sink.requests;
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('carillon:hidden-password').toString('base64')}`);
    expect(request?.body).toContain('carillon-1');
    expect(sink.requests).toHaveLength(1);
  });

  it.each([
    [400, 'problem'],
    [401, 'problem'],
    [403, 'problem'],
    [301, 'problem'],
    [429, 'later'],
    [425, 'later'],
    [408, 'unknown'],
    [500, 'unknown'],
    [503, 'unknown'],
  ])('knows what HTTP %i means', async (status, kind) => {
    sink.answer = () => ({ status, headers: { 'retry-after': '17', location: 'http://127.0.0.1:1/' } });
    const waits = kind === 'problem' ? {} : { afterMs: 17_000 };
    await expect(create()).rejects.toMatchObject({ kind, code: `http_${status}`, ...waits });
    expect(sink.requests).toHaveLength(1);
  });

  it('does not know what became of it when nothing is answered, or something strange', async () => {
    sink.answer = () => ({ silent: true });
    await expect(create()).rejects.toMatchObject({ kind: 'unknown', code: 'unreachable' });
    sink.answer = () => ({ body: errorIn200 });
    await expect(create()).rejects.toMatchObject({ kind: 'unknown', code: 'strange_answer' });
  });

  it('does not reach what is not public unless it may, and never tells its password', async () => {
    const error: Error = (await create({ allowPrivateAddresses: false }).catch((caught: Error) => caught)) as Error;
    expect(error).toMatchObject({ kind: 'problem', code: 'blocked_address' });
    expect(error.message).not.toContain('hidden-password');
    expect(sink.requests).toEqual([]);
  });
});
