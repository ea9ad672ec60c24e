import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Response } from '@carillon/contract/http/route';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, Refusal } from '../testing/fake-server.js';
import { sampleId } from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

const at = '2026-03-01T11:00:00.000Z';
const spread = {
  ...{ firing: 3, total: 4, hosts: 3, jobs: 1, hostsOfJob: 12 },
  ...{ byExitCode: { '3': 4 }, byVersion: {}, byLabel: { 'role=db': 4 }, examples: ['db-01'] },
};
const summary: Response<typeof incidentRoutes.list>['items'][number] = {
  ...{ id: sampleId(1), number: 42, state: 'firing', severity: 'high', title: 'nightly fails', policy: 'nightly' },
  ...{ job: 'nightly', host: null, generation: 1, openedAt: at, updatedAt: at, resolvedAt: null },
  ...{ acknowledgedBy: null, acknowledgedAt: null, assignee: null, muted: null, flapping: false, spread, labels: {} },
};
const detail: Response<typeof incidentRoutes.get> = {
  ...{ ...summary, escalation: null, nextLookAt: null, alerts: [], notices: [], tickets: [], runbook: null },
};
const lastCall = () => server.calls.at(-1);

describe('incidents', () => {
  it('are listed, what needs a person first unless asked for otherwise', async () => {
    const muted = { code: 'silence', text: 'silence x' };
    server.on(incidentRoutes.list, () => ({ items: [summary, { ...summary, number: 7, muted }], next: null }));
    const { stdout } = await cli.run('incidents', '--severity', 'high', '--since', '2h');
    expect(stdout).toMatch(/42 +high +firing +.* 3 of 12 hosts +- +nightly fails/);
    expect(stdout).toContain('firing (muted)');
    expect(lastCall()?.asked.query).toMatchObject({
      attention: true,
      severity: 'high',
      since: '2026-03-01T10:00:00.000Z',
    });
    await cli.run('incidents', '--state', 'resolved', '--job', 'nightly');
    expect(lastCall()?.asked.query).toEqual({ state: 'resolved', job: 'nightly', limit: 100 });
    expect(JSON.parse((await cli.run('incidents', '--json')).stdout)).toHaveLength(2);
    expect(await cli.run('incidents', '--state', 'odd')).toMatchObject({ exitCode: 2 });
  });

  it('are shown with their log', async () => {
    const entry = { id: '1', at, stage: 'person', code: 'noted', text: 'a\u001b[2Jb', actor: 'Ann' } as const;
    const link = { id: sampleId(2), system: 'helpdesk', key: 'INC-7', url: 'https://helpdesk.example/INC-7' };
    const told = { state: 'New', assignee: 'Ann', author: 'admin', createdAt: at, updatedAt: at };
    server.on(incidentRoutes.get, () => ({ ...detail, links: [{ ...link, ...told }] }));
    server.on(incidentRoutes.log, () => ({
      items: [{ ...entry, alertId: null, noticeId: null, figures: null }],
      next: null,
    }));
    const { stdout } = await cli.run('incidents', 'show', '#42', '--log');
    expect(stdout).toContain('3 of 4 fire, on 3 hosts');
    expect(stdout).toContain('INC-7 (helpdesk, New, with Ann) https://helpdesk.example/INC-7');
    expect(stdout).toMatch(/person +Ann +a\\x1b\[2Jb/);
    expect(JSON.parse((await cli.run('incidents', 'show', '42', '--log', '--json')).stdout)).toMatchObject({
      number: 42,
      log: [{ code: 'noted' }],
    });
    expect(await cli.run('incidents', 'show', 'x')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('number'),
    });
  });

  it('are acted on', async () => {
    for (const route of ['acknowledge', 'unacknowledge', 'assign', 'note', 'resolve'] as const)
      server.on(incidentRoutes[route], () => summary);
    expect((await cli.run('incidents', 'ack', '42', '--note', 'on it')).stdout).toBe(
      '#42 acknowledged: nightly fails\n',
    );
    expect(lastCall()).toMatchObject({
      route: 'POST /incidents/:number/acknowledge',
      asked: { body: { note: 'on it' } },
    });
    await cli.run('incidents', 'unack', '42');
    expect(lastCall()?.route).toBe('POST /incidents/:number/unacknowledge');
    await cli.run('incidents', 'assign', '42', '-');
    expect(lastCall()?.asked.body).toEqual({ assignee: null });
    await cli.run('incidents', 'note', '42', 'disk replaced');
    expect(lastCall()?.asked.body).toEqual({ text: 'disk replaced' });
    expect(JSON.parse((await cli.run('incidents', 'resolve', '42', '--json')).stdout)).toMatchObject({ number: 42 });
  });
});

describe('silence', () => {
  const preview = { inEffect: true, incidents: [], incidentsTotal: 2, alerts: 9 };

  it('is made for a host, a job and labels, and says what it mutes', async () => {
    server.on(alertDocumentRoutes.preview, () => preview);
    server.on(alertDocumentRoutes.put, () => ({ kind: 'Silence', name: 'x', change: 'created' as const }));
    const args = ['--job', 'etl', '--label', 'env!=dev', '--for', '2h', '--reason', 'storage', '--name', 'x'];
    const { stdout } = await cli.run('silence', 'db-01', ...args);
    expect(stdout).toMatch(/^silence x until .*\nmutes 2 open incidents with 9 alerts now\n$/);
    const match = ['host=db-01', 'job=etl', 'env!=dev'];
    expect(lastCall()?.asked).toMatchObject({
      params: { kind: 'Silence', name: 'x' },
      body: { match, until: '2026-03-01T14:00:00.000Z', reason: 'storage' },
    });
    server.calls.length = 0;
    await cli.run('silence', 'db-01', '--for', '2h', '--preview');
    expect(server.calls.map(({ route }) => route)).toEqual(['POST /alert-documents/preview']);
  });

  it.each([
    [[], 'silence what?'],
    [['db-01', '--reason', 'x'], 'until when?'],
    [['db-01', '--for', '2h'], 'why?'],
  ])('%j is wrong usage', async (args, message) => {
    expect(await cli.run('silence', ...args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });
});

describe('documents', () => {
  const document = (spec: object) => ({
    kind: 'Silence' as const,
    name: 'x',
    author: 'Ann',
    updatedAt: at,
    spec: { name: 'x', ...spec },
  });
  const list = (spec: object) => server.on(alertDocumentRoutes.list, () => ({ items: [document(spec)], next: null }));

  it('are told as of now', async () => {
    const match = [{ label: 'role', sign: '=', value: 'db' }];
    list({ match, from: null, until: '2026-03-01T14:00:00Z', reason: 'storage', author: null });
    expect((await cli.run('silences')).stdout).toMatch(/x +active .* Ann +role=db +storage/);
    const when = { kind: 'once', from: '2026-03-02T00:00:00Z', until: '2026-03-02T02:00:00Z' };
    list({ match: [], reason: '', timezone: 'UTC', when, from: when.from, until: when.until });
    expect((await cli.run('maintenance')).stdout).toMatch(/x +closed +2026-03-02 .* everything/);
    const layer = { name: 'base', people: ['Ann', 'Bob'], start: '2026-02-23T00:00', turnMs: 7 * 86_400_000, only: [] };
    list({ timezone: 'UTC', people: {}, layers: [layer], overrides: [] });
    expect((await cli.run('on-call')).stdout).toMatch(/x +Ann \(base\) +2026-03-02 .* Bob/);
    expect(JSON.parse((await cli.run('on-call', '--json')).stdout)).toMatchObject([
      { now: { person: 'Ann' }, until: '2026-03-02T00:00:00.000Z', next: { person: 'Bob' } },
    ]);
  });

  it('are deleted unless something names them', async () => {
    server.on(alertDocumentRoutes.remove, ({ params }) => ({ kind: params.kind ?? '', name: params.name ?? '' }));
    expect((await cli.run('delete', 'alert-policy', 'nightly')).stdout).toBe('deleted AlertPolicy nightly\n');
    server.on(alertDocumentRoutes.remove, () => {
      throw new Refusal(409, {
        code: 'conflict',
        params: {},
        message: 'Channel "email" is named by Route "all" (to.low)',
      });
    });
    expect(await cli.run('delete', 'Channel', 'email')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is named by Route "all"'),
    });
    expect(await cli.run('delete', 'Chanel', 'email')).toMatchObject({ exitCode: 2 });
  });
});
