import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '@carillon/stack/embedded-postgres';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp } from '../bootstrap/run-server.js';
import { testConfig } from '../http/testing/test-app.js';
import { withFewChannels } from '../store/alert-metrics.store.js';
import { Database } from '../store/database.store.js';
import { addIncident, addNotice } from '../store/testing/incidents.js';

const find = (name: string) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
const prometheus = find('prometheus');
const promtool = find('promtool');

let database: TestDatabase;
let app: NestFastifyApplication;
let folder: string;
let server: string;
beforeAll(async () => {
  database = await cloneDatabase();
  folder = mkdtempSync(join(tmpdir(), 'carillon-prometheus-'));
  app = await startApp(testConfig(database.url, folder), false);
  server = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const metrics = async () => (await fetch(`${server}/metrics`)).text();

describe('metrics of alerts', () => {
  it('count incidents by state and severity, and notices by state and channel', async () => {
    const db = app.get(Database);
    const { id } = await addIncident(db, { severity: 'high' });
    await addIncident(db, { severity: 'high', state: 'resolved' });
    await addNotice(db, id, { channel: 'email', state: 'dead' });
    await addNotice(db, id, { channel: 'phone' });
    await vi.waitFor(
      async () => expect(await metrics()).toContain('carillon_incidents{state="firing",severity="high"} 1'),
      10_000,
    );
    const text = await metrics();
    for (const line of [
      'carillon_incidents{state="acked",severity="low"} 0',
      'carillon_notices{state="dead",channel="email"} 1',
      'carillon_notices{state="sent",channel="phone"} 1',
      'carillon_alert_signals_waiting 0',
      'carillon_alert_signals_oldest_seconds 0',
    ])
      expect(text).toContain(line);
    expect(text).toMatch(/carillon_alert_turn_seconds [\d.e-]+/);
  });

  it('do not grow with the names that people make', () => {
    const rows = Array.from({ length: 200 }, (_, n) => ({ state: 'sent', channel: `c${n}`, count: n + 1 }));
    const few = withFewChannels(rows);
    expect(few).toHaveLength(51);
    expect(few.reduce((sum, { count }) => sum + count, 0)).toBe(rows.reduce((sum, { count }) => sum + count, 0));
  });

  it.skipIf(!promtool)('are as promtool wants them', async () => {
    const ours = (await metrics()).split('\n').filter((line) => line.includes('carillon_'));
    const told = execFileSync(promtool ?? '', ['check', 'metrics'], {
      input: `${ours.join('\n')}\n`,
      encoding: 'utf8',
    });
    expect(told).toBe('');
  });
});

describe.skipIf(!prometheus)('a real Prometheus', () => {
  let process_: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const file = join(folder, 'prometheus.yml');
    const { host } = new URL(server);
    const job = `{ job_name: carillon, scrape_interval: 500ms, scrape_timeout: 500ms, static_configs: [{ targets: ['${host}'] }] }`;
    writeFileSync(file, `scrape_configs: [${job}]\n`);
    url = `127.0.0.1:${await freePort()}`;
    const data = `--storage.tsdb.path=${join(folder, 'tsdb')}`;
    process_ = spawn(prometheus ?? '', [`--config.file=${file}`, data, `--web.listen-address=${url}`], {
      stdio: 'ignore',
    });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    process_.kill();
    await ended;
  });

  it('scrapes them', async () => {
    const query = async (text: string) => {
      const answer = await fetch(`http://${url}/api/v1/query?query=${encodeURIComponent(text)}`);
      return (await answer.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
    };
    await vi.waitFor(async () => {
      const { data } = await query('sum by (severity) (carillon_incidents{state="firing"})');
      const high = data.result.find(({ metric }) => metric.severity === 'high');
      expect(high?.value[1]).toBe('1');
    }, 120_000);
    expect((await query('up{job="carillon"}')).data.result[0]?.value[1]).toBe('1');
  });
});
