import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelsModule } from '../src/features/channels/channels.module.js';
import { IncidentLinksModule } from '../src/features/incident-links/incident-links.module.js';
import { IncidentsModule } from '../src/features/incidents/incidents.module.js';
import { SubscriptionsModule } from '../src/features/subscriptions/subscriptions.module.js';
import { startTestApp, type TestApp } from '../src/http/testing/test-app.js';
import { addAlert, addIncident } from '../src/store/testing/incidents.js';

const repository = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(repository, 'docs/ticketing-api.md'), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
/** What the page needs; where one is missing, its test is skipped and stands in the count of skipped tests. */
const tools = ['bash', 'curl', 'openssl', 'sed', 'od'];
const isMissing = tools.some((tool) => spawnSync(tool, ['--version']).error !== undefined);

let database: TestDatabase;
let app: TestApp;
let sink: HttpSink;
beforeAll(async () => {
  [database, sink] = await Promise.all([cloneDatabase(), HttpSink.start()]);
  app = await startTestApp(database.url, {
    modules: [ChannelsModule, IncidentsModule, IncidentLinksModule, SubscriptionsModule],
  });
});
afterAll(async () => {
  await app.close();
  await sink.close();
  await database.drop();
});

/** Not `spawnSync`: the server that is called runs in this process. */
function bash(script: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, CARILLON: app.origin, TOKEN: app.token, RECEIVER: `${sink.url}/hook` };
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { env });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (bytes) => {
      said[stream] += bytes;
    });
  return new Promise((done) => child.on('close', (code) => done({ code, ...said })));
}

describe('docs/ticketing-api.md', () => {
  it.skipIf(isMissing)('has commands that do what it says', async () => {
    const { id, number } = await addIncident(app.database);
    await addAlert(app.database, { incidentId: id });
    const { code, stdout, stderr } = await bash(blocksOf('bash').join('\n'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"acknowledgedBy":"admin"');
    expect(stdout).toContain('"state":"In progress","assignee":"Ann"');
    expect(stdout).toContain('"sent":true');
    expect(stdout.trim().endsWith('good')).toBe(true);
    await sink.taken(2);
    const told = sink.requests.map(({ body }) => JSON.parse(body));
    expect(told.map(({ type }) => type)).toEqual(['ping', 'incident.resolved']);
    expect(told[1].data.incident).toMatchObject({ number, state: 'resolved', links: [{ key: 'HD-17' }] });
  });

  it('has a function of Node that tells what is from us', async () => {
    const [code = ''] = blocksOf('js');
    const { verify } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,b2xk v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = '{"test": 2432232314}';
    expect(verify(secret, headers, body, 1_614_265_330_000)).toBe(true);
    expect(verify(secret, headers, `${body} `, 1_614_265_330_000)).toBe(false);
    expect(verify(secret, headers, body, 1_614_265_931_000)).toBe(false);
  });
});

it.skipIf(isMissing)('examples/alerting/subscription.sh makes a subscription that is told', async () => {
  sink.requests.length = 0;
  const { code, stdout, stderr } = await bash(`sh ${join(repository, 'examples/alerting/subscription.sh')}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('"sent":true');
  expect(sink.requests.map(({ body }) => JSON.parse(body).type)).toEqual(['ping']);
});
