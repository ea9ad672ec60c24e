import { once } from 'node:events';
import { api } from '@carillon/contract/http/api';
import {
  type LiveMessage,
  liveCloseCodes,
  liveMessage,
  livePath,
  liveSubprotocol,
} from '@carillon/contract/live/live-messages';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AgentGateway } from '../../gateway/agent-gateway.js';
import { GatewayModule } from '../../gateway/gateway.module.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { PageNews } from '../../queue/page-news.js';
import { LiveModule } from './live.module.js';
import { LiveSockets } from './live-sockets.js';

let app: TestApp;
let drop: () => Promise<void>;
let hints: Hints;
const opened: WebSocket[] = [];
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [LiveModule, GatewayModule] });
  app.app.get(AgentGateway).attach(app.app.getHttpServer(), { [livePath]: app.app.get(LiveSockets) });
  hints = app.app.get(HINTS);
});
afterEach(() => {
  for (const socket of opened.splice(0)) socket.terminate();
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const hostId = (digit: number) => `01a209fb-3cb0-74df-baaf-b8655200910${digit}`;
const ticket = async () => (await app.call(api.live.ticket, {})).ticket;

/** @param origin of the page; none, as for a program, when it is empty */
function dial(protocols: string[], origin = app.origin): WebSocket {
  const socket = new WebSocket(`${app.origin.replace('http', 'ws')}${livePath}`, protocols, origin ? { origin } : {});
  // A refusal is seen as `unexpected-response`.
  socket.on('error', () => undefined);
  opened.push(socket);
  return socket;
}

async function listen(): Promise<{ socket: WebSocket; next(): Promise<LiveMessage> }> {
  const socket = dial([liveSubprotocol, await ticket()]);
  await once(socket, 'open');
  const next = async () => liveMessage.parse(JSON.parse(String((await once(socket, 'message'))[0])));
  return { socket, next };
}

/** The status with which a socket is refused. */
async function refusal(protocols: string[], origin?: string): Promise<number> {
  const [request, response] = await once(dial(protocols, origin), 'unexpected-response');
  request.destroy();
  return response.statusCode;
}

describe('the live socket', () => {
  it('tells what became old: a burst is one message, each topic once', async () => {
    const { next } = await listen();
    const told = next();
    for (let count = 0; count < 50; count += 1) hints.publish({ kind: 'runs', hostIds: [hostId(count % 3)] });
    hints.publish({ kind: 'incidents', hostIds: [] });
    hints.publish({ kind: 'alerts', hostIds: [] });
    expect(await told).toEqual({
      changed: [
        { topic: 'runs', hostIds: [hostId(0), hostId(1), hostId(2)] },
        { topic: 'incidents', hostIds: null },
      ],
    });
  });

  it('hears of runs as the intake tells of them', async () => {
    const { next } = await listen();
    const told = next();
    app.app.get(PageNews).afterRuns(hostId(7));
    expect(await told).toEqual({ changed: [{ topic: 'runs', hostIds: [hostId(7)] }] });
  });

  it('hears of what hosts report of their assignments', async () => {
    const { next } = await listen();
    const told = next();
    app.app.get(PageNews).afterReport(hostId(7));
    expect(await told).toEqual({
      changed: [
        { topic: 'jobs', hostIds: null },
        { topic: 'hosts', hostIds: [hostId(7)] },
      ],
    });
  });

  it('takes a ticket once, also of ten pages at the same moment', async () => {
    const protocols = [liveSubprotocol, await ticket()];
    const sockets = Array.from({ length: 10 }, () => dial(protocols));
    const outcomes = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((done) => {
            socket.on('open', () => done('open'));
            socket.on('unexpected-response', (_request, response) => done(String(response.statusCode)));
          }),
      ),
    );
    expect(outcomes.sort()).toEqual([...Array(9).fill('401'), 'open']);
  });

  it('refuses an old ticket, another secret, and none', async () => {
    const old = await ticket();
    await app.database.pool.query(`UPDATE credential SET expires_at = now() - interval '1 second' WHERE kind = 'live'`);
    expect(await refusal([liveSubprotocol, old])).toBe(401);
    expect(await refusal([liveSubprotocol, app.token])).toBe(401);
    expect(await refusal([liveSubprotocol])).toBe(400);
    expect(await refusal(['carillon.agent.v1', await ticket()])).toBe(400);
  });

  it('opens to our own pages only, and a refused one has not used its ticket up', async () => {
    const protocols = [liveSubprotocol, await ticket()];
    expect(await refusal(protocols, 'http://evil.example')).toBe(403);
    expect(await refusal(protocols, 'null')).toBe(403);
    expect(await refusal(protocols, '')).toBe(403);
    await once(dial(protocols), 'open');
  });

  it('gives tickets to the signed-in alone, for half a minute', async () => {
    expect((await app.fetch('/api/v1/live/tickets', { method: 'POST' })).status).toBe(401);
    const { expiresAt } = await app.call(api.live.ticket, {});
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(30_000);
  });

  it('closes on a page that talks at length, and lets the others be', async () => {
    const [loud, quiet] = [await listen(), await listen()];
    loud.socket.send('x'.repeat(2_000));
    const [code] = await once(loud.socket, 'close');
    expect(code).toBe(1009);
    expect(quiet.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('says goodbye when the server stops', async () => {
    const { socket } = await listen();
    const closed = once(socket, 'close');
    app.app.get(LiveSockets).beforeApplicationShutdown();
    expect((await closed)[0]).toBe(liveCloseCodes.restart);
    expect(await refusal([liveSubprotocol, await ticket()])).toBe(503);
  });
});
