import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { HttpSpec } from '@carillon/core/action/http';
import { afterEach, describe, expect, it } from 'vitest';
import { makeActionContext } from '../testing/action-context.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import type { ActionContext } from './action-context.js';
import { askHttp } from './http.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server of its own that remembers what it was asked. */
async function serve(answer: RequestListener): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const usual: HttpSpec = {
  url: 'http://127.0.0.1:1/',
  method: 'GET',
  headers: [],
  body: null,
  expect: { status: ['2xx'], json: [], text: null, latencyBelowMs: null },
  pages: null,
  saveTo: null,
  show: false,
  retry: null,
  breaker: null,
  timeoutMs: 20_000,
  maxBytes: 1024 ** 2,
  redirects: 'same-origin',
};

async function ask(changes: Partial<HttpSpec>, facts: Partial<Omit<ActionContext, 'report'>> = {}) {
  const { context, said, problems } = makeActionContext(facts);
  const waits: number[] = [];
  const ports = { now: () => context.nowMs, wait: async (ms: number) => void waits.push(ms) };
  const result = await askHttp({ ...usual, ...changes }, context, ports);
  return { result, said, problems, waits };
}

/** Answers one after the other; the last one again and again. */
function inTurn(...answers: RequestListener[]): RequestListener {
  let turn = 0;
  return (request, response) => {
    answers[Math.min(turn, answers.length - 1)]?.(request, response);
    turn += 1;
  };
}

const say =
  (status: number, body = '', headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

const retry = { attempts: 3, delayMs: 100, backoff: 2 };

describe('a request', () => {
  it('is made again after a failure that may pass, as late as the server asks', async () => {
    const { url, asked } = await serve(
      inTurn(say(500), say(429, '', { 'retry-after': '7' }), say(200, 'x'.repeat(2_000))),
    );
    const { result, problems, waits, said } = await ask({ url: `${url}/a?token=t0p`, retry });
    expect([problems, waits, asked.length]).toEqual([[], [100, 7_000], 3]);
    expect(result).toMatchObject({ status: 200, bytes: 2_000, attempts: 3, pages: 1 });
    expect(said.at(-1)).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/a\?…: 200, 2\.0 KiB in \d+ ms$/);
    expect(said.join()).not.toContain('t0p');
  });

  it('is not made again for what stays as it is', async () => {
    const { url, asked } = await serve(say(404));
    expect(await ask({ url, retry })).toMatchObject({ problems: ['status 404: expected 2xx'], waits: [] });
    expect(asked).toHaveLength(1);
    const long = await serve(say(503, '', { 'retry-after': '3600' }));
    expect(await ask({ url: long.url, retry })).toMatchObject({ problems: ['status 503: expected 2xx'], waits: [] });
  });

  it('fails by name where nobody listens, or no answer comes in time', async () => {
    const dead = await serve(say(200));
    servers.splice(0)[0]?.close();
    const refused = await ask({ url: dead.url, retry });
    expect(refused).toMatchObject({ problems: [expect.stringContaining('ECONNREFUSED')], waits: [100, 200] });
    const mute = await serve(() => undefined);
    expect((await ask({ url: mute.url, timeoutMs: 50 })).problems).toEqual([
      expect.stringContaining('no whole answer within 50 ms'),
    ]);
    const slow = await serve((_request, response) => void response.writeHead(200).write('x'));
    expect((await ask({ url: slow.url, timeoutMs: 50 })).problems).toEqual([
      expect.stringContaining('no whole answer within 50 ms'),
    ]);
  });

  it('takes no more than it may, packed or not', async () => {
    const endless = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const bomb = gzipSync(Buffer.alloc(50 * 1024 ** 2));
    const packed = await serve(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(bomb.length).toBeLessThan(100_000);
    for (const { url } of [endless, packed])
      expect(await ask({ url, retry })).toMatchObject({
        problems: [expect.stringContaining('larger than maxBytes')],
        waits: [],
      });
    const fair = await serve(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}')),
    );
    const expected = { ...usual.expect, json: [{ path: '$.a', equals: 2 }] };
    expect((await ask({ url: fair.url, expect: expected })).problems).toEqual(['$.a: expected 2, got 1']);
    const odd = await serve(say(200, 'x', { 'content-encoding': 'zstd' }));
    expect((await ask({ url: odd.url })).problems).toEqual([expect.stringContaining('zstd')]);
  });

  it('sends what the job says, and tells secrets to the job’s own origin only', async () => {
    const other = await serve(say(200));
    const bodies: string[] = [];
    const { url, asked } = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.writeHead(307, { location: `${other.url}/there` }).end());
    });
    const spec = {
      url,
      method: 'POST' as const,
      headers: [
        { name: 'Authorization', secret: 'token', prefix: 'Bearer ' },
        { name: 'Cookie', value: 'a=b' },
        { name: 'X-Run', value: '{{runId}}' },
      ],
      body: { kind: 'json' as const, text: '{"day":"{{scheduledFor:yyyy-MM-dd}}"}' },
    };
    const env = {
      CARILLON_HTTP_SECRET_1: 's3cret',
      CARILLON_RUN_ID: 'r1',
      CARILLON_SCHEDULED_FOR: '2026-01-02T03:04:05.000Z',
    };
    const refused = await ask(spec, { env });
    expect(refused.problems).toEqual([expect.stringContaining('another origin')]);
    expect([other.asked.length, asked[0]?.headers]).toMatchObject([
      0,
      { authorization: 'Bearer s3cret', 'x-run': 'r1', 'content-type': 'application/json' },
    ]);
    expect(bodies).toEqual(['{"day":"2026-01-02"}']);
    const followed = await ask({ ...spec, redirects: 'any' }, { env });
    expect(followed).toMatchObject({ problems: [], result: { status: 200 } });
    expect(other.asked[0]).toMatchObject({ url: '/there', method: 'POST', headers: { 'x-run': 'r1' } });
    expect(Object.keys(other.asked[0]?.headers ?? {})).not.toContain('authorization');
    expect(Object.keys(other.asked[0]?.headers ?? {})).not.toContain('cookie');
    await expect(ask(spec)).rejects.toThrow('the secret token was not handed over');
  });

  it('asks nobody whom the owner of the host does not allow', async () => {
    const { url, asked } = await serve(say(200));
    const here = await serve(say(302, '', { location: url }));
    const policy = { origins: [here.url] };
    const { problems } = await ask({ url: here.url, redirects: 'any' }, { policy });
    expect([problems, asked.length]).toEqual([[expect.stringContaining('rule origins')], 0]);
  });

  it('says beforehand what it would ask, and asks nothing', async () => {
    const { url, asked } = await serve(say(200));
    const headers = [{ name: 'Authorization', secret: 'token', prefix: '' }];
    const saveTo = join(makeTempFolder(), 'a.json');
    const { said, problems } = await ask({ url, headers, saveTo }, { isDryRun: true });
    expect(said.join('\n')).toContain(
      `would ask GET ${url}/\nwith Authorization (secret token)\nexpects status 2xx\nwould save`,
    );
    expect([problems, asked.length, existsSync(saveTo)]).toEqual([[], 0, false]);
  });

  it('shows what came when told to, each line marked', async () => {
    const { url } = await serve(say(200, '::result {}\nb'));
    expect((await ask({ url, show: true })).said.slice(-2)).toEqual(['| ::result {}', '| b']);
  });
});

describe('what came', () => {
  it('is put in its file whole, or what was there stays', async () => {
    const folder = makeTempFolder();
    const saveTo = join(folder, 'data-{{scheduledFor:yyyyMMdd}}.json');
    const path = join(folder, 'data-20260102.json');
    const env = { CARILLON_SCHEDULED_FOR: '2026-01-02T12:00:00.000Z' };
    const { url } = await serve(
      inTurn(
        say(200, 'old'),
        (_request, response) => {
          response.writeHead(200, { 'content-length': '1000' }).write('new', () => response.destroy());
        },
        say(500, 'oops'),
        say(200, 'newest'),
      ),
    );
    // Left by a process that was killed, and by one that is at work.
    const gone = join(folder, '.data-20260102.json.4194305.partial');
    const others = join(folder, `.data-20260102.json.${process.ppid}.partial`);
    for (const left of [gone, others]) writeFileSync(left, 'half');
    const read = async () => [(await ask({ url, saveTo }, { env })).problems.length, readFileSync(path, 'utf8')];
    expect(await read()).toEqual([0, 'old']);
    expect(await read()).toEqual([1, 'old']);
    expect(await read()).toEqual([1, 'old']);
    expect(await read()).toEqual([0, 'newest']);
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([others, path]);
  });

  it('is put where no link leads and the owner of the host allows it', async () => {
    const folder = makeTempFolder();
    const { url, asked } = await serve(say(200));
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const save = (saveTo: string, policy = {}) => ask({ url, saveTo }, { policy });
    await expect(save(join(folder, 'link', 'a'))).rejects.toThrow('by a link');
    await expect(save(join(folder, 'real'))).rejects.toThrow('is no file');
    await expect(save(join(folder, 'none', 'a'))).rejects.toThrow('it is not there');
    await expect(save(join(folder, "{{startedAt:'../'}}", 'a'))).rejects.toThrow('..');
    await expect(save(join(folder, 'a'), { paths: [join(folder, 'real')] })).rejects.toThrow('rule paths');
    expect(asked).toHaveLength(0);
    const allowed = { paths: [`${join(folder, 'real')}/`], origins: [url] };
    expect((await save(join(folder, 'real', 'a'), allowed)).problems).toEqual([]);
  });

  it('is the items of all pages, or nothing', async () => {
    const saveTo = join(makeTempFolder(), 'all.json');
    const { url } = await serve((request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1);
      const link = page < 3 ? { link: `</items?page=${page + 1}>; rel="next"` } : {};
      response.writeHead(200, { ...link }).end(`{"items":[${page}, 9007199254740993]}`);
    });
    const pages = { next: null, items: '$.items', most: 3 };
    expect(await ask({ url, saveTo, pages })).toMatchObject({ problems: [], result: { pages: 3, attempts: 3 } });
    const all = '[\n1,\n9007199254740993,\n2,\n9007199254740993,\n3,\n9007199254740993\n]\n';
    expect(readFileSync(saveTo, 'utf8')).toBe(all);
    const fewer = await ask({ url, saveTo, pages: { ...pages, most: 2 } });
    expect([fewer.problems, readFileSync(saveTo, 'utf8')]).toEqual([
      [expect.stringContaining('more than 2 pages')],
      all,
    ]);
    expect((await ask({ url, saveTo, pages: { ...pages, items: '$.list' } })).problems).toEqual([
      'page 1: there is no list at $.list',
    ]);
    const round = await serve(say(200, '[]', { link: '</>; rel="next"' }));
    expect((await ask({ url: round.url, pages: { ...pages, items: '$' } })).problems).toEqual([
      expect.stringContaining('leads back'),
    ]);
  });
});

it('after failed runs nothing is asked for a while; then one run finds out', async () => {
  const memory = makeTempFolder();
  const { url, asked } = await serve(inTurn(say(500), say(500), say(500), say(200)));
  const run = async (nowMs: number) => {
    const { problems } = await ask({ url, breaker: { after: 2, forMs: 1_000 } }, { memory, nowMs });
    return [problems[0]?.slice(0, 16), asked.length];
  };
  expect(await run(10_000)).toEqual(['status 500: expe', 1]);
  expect(await run(20_000)).toEqual(['status 500: expe', 2]);
  expect(await run(20_999)).toEqual(['nothing is asked', 2]);
  expect(await run(21_000)).toEqual(['status 500: expe', 3]);
  expect(await run(21_500)).toEqual(['nothing is asked', 3]);
  expect(await run(22_000)).toEqual([undefined, 4]);
  expect([await run(22_001), readdirSync(memory)]).toEqual([[undefined, 5], []]);
  writeFileSync(join(memory, 'sample-job.breaker.json'), '{"failures":');
  expect(await run(22_002)).toEqual([undefined, 6]);
});
