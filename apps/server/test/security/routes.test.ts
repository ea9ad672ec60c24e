import { accessOf } from '@carillon/contract/http/access';
import { allRoutes, api } from '@carillon/contract/http/api';
import { apiPrefix, type Route } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { livePath } from '@carillon/contract/live/live-messages';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertingModule } from '../../src/alerting/alerting.module.js';
import { features } from '../../src/app.module.js';
import { LiveSockets } from '../../src/features/live/live-sockets.js';
import { AgentGateway } from '../../src/gateway/agent-gateway.js';
import { GatewayModule } from '../../src/gateway/gateway.module.js';
import { startTestApp, type TestApp } from '../../src/http/testing/test-app.js';
import { Random } from '../simulation/random.js';
import type {} from './attacks.js';
import { hostileValues, jsonSchemaOf, sample, spoil } from './hostile.js';

const seed = Number(process.env.CARILLON_SEED ?? 20_261);
const perRoute = Number(process.env.CARILLON_FUZZ ?? 8);

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [GatewayModule, AlertingModule, ...features] });
  app.app.get(AgentGateway).attach(app.app.getHttpServer(), { [livePath]: app.app.get(LiveSockets) });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

/** What an answer must never tell: where our code lies, what we asked the database, what the database said. */
const leaks =
  /node_modules|\.[jt]s:\d+|\bSELECT\b.*\bFROM\b|syntax error at or near|violates \w+ constraint|prisma|ECONN/i;

interface Try {
  readonly path: string;
  readonly init: RequestInit;
}

const textOf = (value: unknown) =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 2_000).toWellFormed();

function hostileTry(route: Route, random: Random): Try {
  const path = route.path.replace(
    /:\w+/g,
    () => encodeURIComponent(textOf(random.pick(hostileValues)).slice(0, 300)) || 'x',
  );
  const query = new URLSearchParams();
  const fields = route.query ? (sample(jsonSchemaOf(route.query), random) as Record<string, unknown>) : {};
  for (const [key, value] of Object.entries(fields))
    query.append(key, textOf(random.chance(0.5) ? value : random.pick(hostileValues)));
  if (random.chance(0.2)) query.append('limit', '1');
  const init: RequestInit = { method: route.method };
  if (route.method !== 'GET' && route.method !== 'DELETE') {
    const good = route.body ? sample(jsonSchemaOf(route.body), random) : {};
    const text = JSON.stringify(random.chance(0.2) ? good : spoil(good, random)) ?? '';
    init.headers = { 'content-type': 'application/json' };
    init.body = random.chance(0.05) ? text.slice(0, text.length / 2) : text;
  }
  const words = query.toString();
  return { path: `${apiPrefix}${path}${words ? `?${words}` : ''}`, init };
}

async function send({ path, init }: Try, token?: string): Promise<{ status: number; text: string }> {
  const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await app.fetch(path, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(20_000) });
  return { status: response.status, text: await response.text() };
}

/** Lets whoever reads a failure send it again. */
const told = ({ path, init }: Try, { status, text }: { status: number; text: string }) =>
  `${init.method} ${path.slice(0, 300)} ${String(init.body ?? '').slice(0, 400)}\n  got ${status} ${text.slice(0, 400)}`;

describe('every route', () => {
  it('answers what nobody should send without breaking, and without telling of its insides', async ({ task }) => {
    const random = new Random(seed);
    const attacks = { tried: 0, refused: 0 };
    const wrong: string[] = [];
    for (const { route } of allRoutes())
      for (let count = 0; count < perRoute; count += 1) {
        const attempt = hostileTry(route, random);
        const answer = await send(attempt, app.token);
        attacks.tried += 1;
        if (answer.status >= 400) attacks.refused += 1;
        if (answer.status >= 500 || (answer.status >= 400 && leaks.test(answer.text)))
          wrong.push(told(attempt, answer));
      }
    task.meta.attacks = attacks;
    expect(wrong, `seed ${seed}`).toEqual([]);
    // Whatever was taken in has broken nothing: who is asked for afterwards still answers.
    expect((await send({ path: `${apiPrefix}/jobs`, init: {} }, app.token)).status).toBe(200);
  }, 240_000);

  it('asks strangers to sign in before it looks at anything they send', async ({ task }) => {
    const random = new Random(seed + 1);
    const guarded = allRoutes().filter(({ route }) => accessOf(route) !== 'open');
    const attacks = { tried: 0, refused: 0 };
    const wrong: string[] = [];
    const tokens = [
      undefined,
      'x',
      'carillon_0_0_0',
      '../admin-token',
      `${app.token} `.slice(1),
      app.token.toUpperCase(),
    ];
    for (const { route } of guarded)
      for (const token of tokens) {
        const attempt = hostileTry(route, random);
        const answer = await send(attempt, token);
        attacks.tried += 1;
        if (answer.status === 401 || answer.status === 429) attacks.refused += 1;
        else wrong.push(told(attempt, answer));
      }
    task.meta.attacks = attacks;
    expect(wrong, `seed ${seed + 1}`).toEqual([]);
  }, 120_000);
});

describe('a body', () => {
  const send413 = (body: BodyInit, headers: Record<string, string>) =>
    app.fetch(`${apiPrefix}${api.jobs.apply.path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${app.token}`, ...headers },
    });
  const json = { 'content-type': 'application/json' };

  it.each([
    ['longer than allowed', () => `"${'x'.repeat(limits.apiBodyBytes)}"`, json, 413],
    ['packed', () => 'x', { ...json, 'content-encoding': 'gzip' }, 400],
    ['of another kind', () => '<a/>', { 'content-type': 'application/xml' }, 400],
    ['nested a hundred thousand deep', () => '['.repeat(100_000) + ']'.repeat(100_000), json, 400],
    ['cut off', () => '{"documents": [', json, 400],
    ['that is no JSON', () => '{"a": 1e}', json, 400],
  ])('%s is refused as such', async (_what, body, headers, status) => {
    const response = await send413(body(), headers);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toMatch(leaks);
  });
});
