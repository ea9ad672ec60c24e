import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { AlertmanagerAlert } from '@carillon/core/alert/interop/alertmanager';
import { freePort } from '@carillon/stack/embedded-postgres';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Origins } from '../shared/origins.js';
import { AlertDocumentStore } from '../store/alert-document.store.js';
import { AlertmanagerStore } from '../store/alertmanager.store.js';
import type { Database } from '../store/database.store.js';
import { addAlert, addIncident } from '../store/testing/incidents.js';
import { addJobAndHost } from '../store/testing/runs.js';
import { openDatabase } from '../store/testing/stores.js';
import { AlertmanagerBridge } from './alertmanager-bridge.js';

const find = (name: string) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
const alertmanager = find('prometheus-alertmanager') ?? find('alertmanager');
const amtool = find('amtool');

/** Without the program the test is skipped, and counted as skipped. */
describe.skipIf(!alertmanager || !amtool)('a real Alertmanager', () => {
  let folder: string;
  let url: string;
  let process_: ChildProcess;
  let testDatabase: TestDatabase;
  let database: Database;
  let documents: AlertDocumentStore;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'carillon-alertmanager-'));
    writeFileSync(join(folder, 'am.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
    const place = `127.0.0.1:${await freePort()}`;
    url = `http://${place}`;
    const data = [`--config.file=${join(folder, 'am.yml')}`, `--storage.path=${join(folder, 'data')}`];
    const web = [`--web.listen-address=${place}`, '--cluster.listen-address='];
    process_ = spawn(alertmanager ?? '', [...data, ...web], { stdio: 'ignore' });
    testDatabase = await cloneDatabase();
    database = openDatabase(testDatabase.url);
    documents = new AlertDocumentStore(database);
    await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).ok).toBe(true), 20_000);
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    process_.kill();
    await ended;
    await database.onApplicationShutdown();
    await testDatabase.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const makeBridge = (honourSilences = true, target = url) =>
    new AlertmanagerBridge(
      new AlertmanagerStore(database, documents),
      { all: ['https://carillon.example'] } as unknown as Origins,
      Date.now,
      { alertmanager: { url: target, honourSilences } },
    );
  const known = async (): Promise<(AlertmanagerAlert & { status: { state: string } })[]> =>
    (await (await fetch(`${url}/api/v2/alerts`)).json()) as never;
  const tool = (...args: string[]) =>
    execFileSync(amtool ?? '', [...args, `--alertmanager.url=${url}`], { encoding: 'utf8' });

  it('is told of what fires and of what no longer does; its silence is honoured until it ends', async () => {
    const { jobId, hostId } = await addJobAndHost(database, { job: 'nightly', host: 'db-01' });
    const { id, number } = await addIncident(database);
    const facts = { policyName: 'Nightly', labels: { role: 'db' }, runbook: 'https://wiki/x' };
    const alertId = await addAlert(database, { incidentId: id, jobId, hostId }, { facts });
    const muted = await addIncident(database, { muted: { code: 'silence', text: 'x', figures: { silence: 'ours' } } });
    await addAlert(database, { incidentId: muted.id }, { what: 'muted' });
    const bridge = makeBridge();
    await bridge.turn();
    expect(await known()).toMatchObject([
      {
        labels: { alertname: 'Nightly', job: 'nightly', instance: 'db-01', role: 'db', severity: 'medium' },
        annotations: { summary: '3 runs failed one after the other', runbook_url: 'https://wiki/x' },
        generatorURL: `https://carillon.example/incidents/${number}`,
        status: { state: 'active' },
      },
    ]);

    const silence = tool(
      'silence',
      'add',
      '--author=ann',
      '--comment=storage moves',
      '--duration=1h',
      'alertname=Nightly',
      'instance=~db-.*',
    ).trim();
    await bridge.turn();
    const [kept] = await documents.all('Silence');
    expect(kept).toMatchObject({
      name: `alertmanager-${silence}`,
      author: 'alertmanager',
      spec: { author: 'ann', reason: 'storage moves' },
    });
    expect([...(kept?.spec.match ?? [])].sort((a, b) => (a.label < b.label ? -1 : 1))).toEqual([
      { label: 'host', sign: '=~', value: 'db-.*' },
      { label: 'policy', sign: '=', value: 'Nightly' },
    ]);
    await vi.waitFor(async () => expect(await known()).toMatchObject([{ status: { state: 'suppressed' } }]), 10_000);
    // Muted by its own silence, it is still told: else the silence would look as if it muted nothing.
    await database.pool.query('UPDATE incident SET muted = $2 WHERE id = $1', [
      id,
      { code: 'silence', text: 'x', figures: { silence: `alertmanager-${silence}` } },
    ]);
    expect(await new AlertmanagerStore(database, documents).alerts(Date.now())).toHaveLength(1);

    tool('silence', 'expire', silence);
    await bridge.turn();
    expect(await documents.all('Silence')).toEqual([]);
    await database.pool.query(`UPDATE alert SET state = 'resolved', resolved_at = now() WHERE id = $1`, [alertId]);
    await bridge.turn();
    await vi.waitFor(async () => expect(await known()).toEqual([]), 10_000);
    await bridge.onModuleDestroy();
  });

  it('has silences that stay its own where nobody said otherwise; people’s own silences are left alone', async () => {
    const silence = tool('silence', 'add', '--author=ann', '--comment=x', '--duration=1h', 'alertname=Other').trim();
    await makeBridge(false).turn();
    expect(await documents.all('Silence')).toEqual([]);
    const spec = {
      name: 'alertmanager-of-ours',
      description: '',
      match: [],
      from: null,
      until: '2099-01-01T00:00:00.000Z',
      reason: 'x',
      author: null,
    };
    await database.transaction((tx) => documents.put(tx, { kind: 'Silence', spec }, 'Ann'));
    tool('silence', 'expire', silence);
    await makeBridge().turn();
    expect((await documents.all('Silence')).map(({ name }) => name)).toEqual(['alertmanager-of-ours']);
  });

  it('that is away is asked again later', async () => {
    await makeBridge(true, `http://127.0.0.1:${await freePort()}`).turn();
  });
});
