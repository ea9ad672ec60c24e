import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startApp } from '../bootstrap/run-server.js';
import { testConfig } from '../http/testing/test-app.js';
import { Database } from '../store/database.store.js';
import { addFleet } from '../store/testing/fleet.js';
import { addAlert, addIncident } from '../store/testing/incidents.js';
import { Metrics } from './metrics.js';

const folder = resolve(import.meta.dirname, '../../../../clients/grafana');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const { panels } = JSON.parse(read('carillon.json')) as { panels: Panel[] };
const rules = parse(read('carillon.rules.yml')).groups[0].rules as { expr: string; annotations: object }[];
const shown = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));
/** As Grafana puts them to Prometheus. */
const asked = (expr: string) => expr.replaceAll('$__rate_interval', '5m').replace(/\$\w+/g, 'x');
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

let database: TestDatabase;
let app: NestFastifyApplication;
let data: string;
beforeAll(async () => {
  database = await cloneDatabase();
  data = mkdtempSync(join(tmpdir(), 'carillon-grafana-'));
  app = await startApp(testConfig(database.url, data), false);
});
afterAll(async () => {
  await app.close();
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});

/** Names as they are scraped, with the labels that each has. */
function exported(): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>([['up', []]]);
  for (const metric of app.get(Metrics).registry.getMetricsAsArray()) {
    const { name, labelNames = [] } = metric as unknown as { name: string; labelNames?: string[] };
    names.set(name, labelNames);
    if ('buckets' in metric) {
      for (const end of ['_count', '_sum']) names.set(name + end, labelNames);
      names.set(`${name}_bucket`, [...labelNames, 'le']);
    }
  }
  return names;
}

/** Metrics of an expression with the labels that it asks them for, and those that it groups or writes by. */
function namedIn(expr: string) {
  const metrics = [...expr.matchAll(/\b(carillon_\w+|nodejs_\w+|process_\w+|up)\b(?:\{([^}]*)\})?/g)].map(
    ([, name = '', labels = '']) => ({
      name,
      labels: [...labels.matchAll(/(\w+)(?==|!)/g)].map(([, label = '']) => label),
    }),
  );
  const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
  return { metrics, groups };
}

describe('clients/grafana', () => {
  it('names metrics that the server exports, with labels that they have', () => {
    const known = exported();
    const all = [
      ...shown,
      ...rules.map((rule) => ({ title: 'rule', legendFormat: JSON.stringify(rule.annotations), expr: rule.expr })),
    ];
    expect(all.length).toBeGreaterThan(40);
    for (const { title, expr, legendFormat } of all) {
      const { metrics, groups } = namedIn(expr);
      expect(metrics.length, expr).toBeGreaterThan(0);
      const has = new Set(['job', 'instance']);
      for (const { name, labels } of metrics) {
        expect([...known.keys()], `${title}: ${expr}`).toContain(name);
        for (const label of known.get(name) ?? []) has.add(label);
        for (const label of labels) expect([...has], `${title}: ${name}{${label}}`).toContain(label);
      }
      const written = [...legendFormat.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label = '']) => label);
      for (const label of [...groups, ...written]) expect([...has], `${title}: ${label}`).toContain(label);
      // What is grouped away cannot be written.
      if (groups.length > 0) expect(groups, `${title}: ${legendFormat}`).toEqual(expect.arrayContaining(written));
    }
  });

  it('shows every metric of ours', () => {
    const text = JSON.stringify([panels, rules]);
    const ours = [...exported().keys()].filter(
      (name) => name.startsWith('carillon_') && !/_(count|sum|bucket)$/.test(name),
    );
    expect(ours.length).toBeGreaterThan(20);
    for (const name of ours) expect(text, name).toContain(name);
  });

  it('has panels with ids of their own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it.skipIf(!hasPromtool)('has expressions, rules and a configuration that Prometheus reads', () => {
    const file = join(data, 'panels.yml');
    const records = shown.map(({ expr }, index) => ({ record: `panel:${index}`, expr: asked(expr) }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: records }] }));
    const told = execFileSync('promtool', ['check', 'rules', file, join(folder, 'carillon.rules.yml')], {
      encoding: 'utf8',
    });
    expect(told).toContain(`SUCCESS: ${shown.length} rules found`);
    expect(told).toContain(`SUCCESS: ${rules.length} rules found`);
    execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')], { encoding: 'utf8' });
  });
});

describe('metrics of the fleet', () => {
  it('count hosts, the last whole minute of runs, and connections', async () => {
    const db = app.get(Database);
    const [, host] = await addFleet(db, [{ name: 'DB-01' }, { name: 'DB-02' }]);
    await db.pool.query(
      'UPDATE agent_session SET gateway_id = $1, last_seen_at = now(), spool_waiting = 7 WHERE host_id = $1',
      [host],
    );
    const text = await app.get(Metrics).registry.metrics();
    for (const line of [
      'carillon_hosts{presence="online"} 1',
      'carillon_hosts{presence="never-seen"} 1',
      'carillon_spool_waiting_events 7',
      'carillon_runs_last_minute{outcome="bad"} 0',
      'carillon_subscription_deliveries{state="dead"} 0',
      'carillon_postgres_waiting{pool="main"} 0',
      'carillon_queue_up{mode="postgres"} 1',
      'carillon_events_pending 0',
    ])
      expect(text).toContain(line);
    expect(text).toMatch(/carillon_postgres_connections\{pool="main",state="idle"\} \d/);
  });
});

describe('docs/cookbook.md', () => {
  const page = readFileSync(resolve(folder, '../../docs/cookbook.md'), 'utf8');
  const blocks = [...page.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  const isMissing = ['bash', 'curl', 'sed', 'grep'].some((tool) => spawnSync(tool, ['--version']).error !== undefined);

  it.skipIf(isMissing)('has commands that do what it says', async () => {
    const { id, number } = await addIncident(app.get(Database));
    await addAlert(app.get(Database), { incidentId: id });
    const token = readFileSync(join(data, 'admin-token'), 'utf8').trim();
    const origin = await app.getUrl();
    const cli = resolve(folder, '../../apps/cli/bin/carillon.mjs');
    const script = `carillon() { node ${cli} "$@"; }\n${blocks.join('\n')}`;
    const env = { ...process.env, CARILLON: origin, TOKEN: token, CARILLON_SERVER: origin, CARILLON_TOKEN: token };
    const said = { stdout: '', stderr: '' };
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { env, cwd: data });
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (bytes) => {
        said[stream] += bytes;
      });
    const code = await new Promise((done) => child.on('close', done));
    expect({ code, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
    expect(said.stdout).toContain(`"number":${number},"state":"acked"`);
    expect(said.stdout).toContain('created job nightly v1 (2 hosts)');
    expect(said.stdout).toContain('carillon_hosts{presence="online"}');
    expect(readFileSync(join(data, 'audit.jsonl'), 'utf8')).toContain('\\"act\\":\\"acknowledge\\"');
  });
});
