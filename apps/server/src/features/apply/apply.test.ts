import { api } from '@carillon/contract/http/api';
import { ApiFailure } from '@carillon/contract/http/client';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { ApplyModule } from './apply.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule] });
  await addFleet(app.database, [{ name: 'WIN-01', labels: { role: 'db' } }, { name: 'WIN-02' }]);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const apply = (documents: unknown[], options: object = {}) =>
  app.call(api.jobs.apply, { body: { documents, ...options } });

async function refusal(documents: unknown[], options: object = {}): Promise<ApiFailure> {
  const failure = await apply(documents, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ApiFailure) return failure;
  throw new Error(`expected a refusal, got ${String(failure)}`);
}

/** Rows of everything that `apply` writes. */
async function stored(): Promise<unknown> {
  const { rows } = await app.database.pool.query(`SELECT
    (SELECT count(*) FROM job) + (SELECT count(*) FROM job_version) + (SELECT count(*) FROM assignment)
      + (SELECT count(*) FROM host_group) + (SELECT count(*) FROM alert_document) AS count,
    (SELECT sum(desired_rev) FROM host) AS rev`);
  return rows[0];
}

const good = jobFile('good');
const channel = (name: string, fallback?: string) => ({
  kind: 'Channel',
  name,
  type: 'webhook',
  url: 'https://hooks.example.com',
  signing: { secret: 'hook' },
  ...(fallback ? { fallback } : {}),
});
const policy = { kind: 'AlertPolicy', name: 'high', severity: 'high', when: { consecutiveFailures: 3 } };

describe('bad documents', () => {
  it.each<[string, unknown, object]>([
    ['an unknown key', jobFile('x', { tragets: {} }), { path: 'tragets', code: 'unknown_key' }],
    ['a bad cron', jobFile('x', { schedule: '99 2 * * *' }), { path: 'schedule[0].cron', got: '"99 2 * * *"' }],
    ['no schedule', jobFile('x', { schedule: undefined }), { path: 'schedule', code: 'missing' }],
    ['a name with \\', jobFile('a\\b'), { path: 'name', got: '"a\\\\b"' }],
    ['a large script', jobFile('x', { run: { batch: 'x'.repeat(70_000) } }), { path: 'run.batch', code: 'too_long' }],
    ['a rollout without rings', jobFile('x', { rollout: {} }), { path: 'rollout.rings', code: 'missing' }],
    ['another kind', { kind: 'Jobb', name: 'x' }, { path: 'kind', got: '"Jobb"' }],
    ['no map', 'text', { path: '', code: 'wrong_type' }],
    ['the form of another tool', { task: {} }, { path: 'kind', expected: expect.stringContaining('carillon import') }],
    ['an unknown group', jobFile('x', { targets: { group: 'nope' } }), { path: 'targets.group', got: '"nope"' }],
    ['unknown groups', jobFile('x', { targets: { groups: ['nope'] } }), { path: 'targets.groups[0]' }],
    ['an unknown policy', jobFile('x', { alerts: ['high', 'nope'] }), { path: 'alerts[1]', got: '"nope"' }],
    [
      'a route to a channel that is not there',
      { kind: 'Route', name: 'r', to: ['nope'] },
      { path: 'to', got: '"nope"' },
    ],
    [
      'somebody on duty without a channel that is there',
      {
        kind: 'OnCall',
        name: 'o',
        people: { a: { nope: '1' } },
        layers: [{ people: ['a'], start: '2026-01-01T09:00' }],
      },
      { path: 'people.a.nope', code: 'unknown_reference' },
    ],
    [
      'a fallback that is not there',
      channel('one', 'nope'),
      { path: 'fallback', code: 'unknown_reference', got: '"nope"' },
    ],
    ['no host of that name', jobFile('x', { targets: { hosts: ['WIN-09'] } }), { code: 'no_matching_host' }],
    ['no host with that label', jobFile('x', { targets: { labels: { role: 'web' } } }), { code: 'no_matching_host' }],
    ['a name used twice', jobFile('GOOD'), { path: 'name', code: 'duplicate' }],
  ])('%s: named with its document, and nothing of the request is stored', async (_what, bad, problem) => {
    const before = await stored();
    const { status, body } = await refusal([policy, good, bad]);
    expect(status).toBe(400);
    expect(body.code).toBe('invalid');
    expect(body.params.problems).toEqual([expect.objectContaining({ document: 2, ...problem })]);
    expect(body.message).toBe(body.params.problems?.[0]?.message);
    expect(await stored()).toEqual(before);
    expect(app.hints).toEqual([]);
  });

  it.each<[string, object, object]>([
    [
      'a channel that is not there',
      { to: 'nope' },
      { path: 'run.report.to', code: 'unknown_reference', got: '"nope"' },
    ],
    [
      'a channel that only calls people',
      { to: 'phone' },
      { path: 'run.report.to', expected: expect.stringContaining('not twilio-voice') },
    ],
    ['a group that is not there', { to: 'one', hosts: { group: 'nope' } }, { path: 'run.report.hosts', got: '"nope"' }],
  ])('a report to %s is refused', async (_what, report, problem) => {
    const phone = {
      kind: 'Channel',
      name: 'phone',
      type: 'twilio-voice',
      accountSid: 'a',
      authToken: { secret: 't' },
      from: '+4930123456',
      to: ['+4930123457'],
    };
    const { body } = await refusal([channel('one'), phone, jobFile('told', { run: { report } })]);
    expect(body.params.problems).toEqual([expect.objectContaining({ document: 2, ...problem })]);
  });

  it('a report that each of many hosts would ask for is stored, and said so', async () => {
    const told = async (report: object) => {
      const documents = [channel('one'), jobFile('told', { run: { report: { to: 'ONE', ...report } } })];
      return (await apply(documents, { dryRun: true })).results[1]?.warnings?.map(({ code }) => code);
    };
    expect([await told({}), await told({ hosts: 'this' })]).toEqual([
      ['agent_too_old', 'report_from_each_host'],
      ['agent_too_old'],
    ]);
  });

  it('channels that fall back in a circle, or along too long a line, are refused', async () => {
    const circle = await refusal([channel('a', 'b'), channel('b', 'c'), channel('c', 'a')]);
    expect(circle.body.params.problems?.[0]).toMatchObject({ path: 'fallback', got: '"a → b → c → a"' });
    const line = [channel('a', 'b'), channel('b', 'c'), channel('c', 'd'), channel('d', 'e'), channel('e')];
    expect((await refusal(line)).body.params.problems).toMatchObject([{ document: 0, path: 'fallback' }]);
    expect(await apply(line.slice(1))).toMatchObject({ results: [{}, {}, {}, {}] });
    expect((await refusal([channel('E', 'b')])).body.message).toContain('e → b → c → d → e');
  });

  it('all problems of all documents are told together', async () => {
    const { body } = await refusal([jobFile('a', { schedule: 'x', owner: 3 }), good, jobFile('b', { nope: 1 })]);
    expect(body.params.problems?.map(({ document, path }) => [document, path])).toEqual([
      [0, 'owner'],
      [0, 'schedule[0].cron'],
      [2, 'nope'],
    ]);
    expect(body.message).toMatch(/\(and 2 more\)$/);
  });

  it('a schedule that Task Scheduler cannot hold is refused', async () => {
    const { body } = await refusal([good, jobFile('never', { schedule: '0 0 30 2 *' })]);
    expect(body.params.problems).toEqual([
      expect.objectContaining({ document: 1, path: 'schedule[0]', got: '"0 0 30 2 *"' }),
    ]);
    expect(body.message).toMatch(/a schedule that Task Scheduler can hold .*names a day that no month has/);
  });

  it('a request without documents, or with a misspelt option, is refused before anything is read', async () => {
    expect((await refusal([])).body.params.problems?.[0]).toMatchObject({ path: 'documents' });
    expect((await refusal([good], { dryrun: true })).body.params.problems?.[0]).toMatchObject({ path: 'dryrun' });
  });
});

describe('a set of files', () => {
  const names = ({ pruned = [] }: { pruned?: { name: string }[] | undefined }) => pruned.map(({ name }) => name);
  const live = async () => {
    const { rows } = await app.database.pool.query<{ name: string }>(
      `SELECT name FROM job WHERE deleted_at IS NULL AND name LIKE 'set-%' ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  };

  it('loses with prune the jobs that it had and has no more, and no others', async () => {
    const [a, b, c] = ['set-a', 'set-b', 'set-c'].map((name) => jobFile(name)) as [object, object, object];
    await apply([a, b], { set: { name: 'ops' } });
    await apply([c], { set: { name: 'other' } });
    await apply([jobFile('set-loose')]);
    // Without prune nothing goes, and a look deletes nothing.
    expect(names(await apply([a], { set: { name: 'ops' } }))).toEqual([]);
    const looked = await apply([a], { set: { name: 'ops', prune: true }, dryRun: true, plan: true });
    expect(looked.pruned).toEqual([{ name: 'set-b', count: 2, hosts: ['WIN-01', 'WIN-02'] }]);
    const other = await apply([a], { set: { name: 'ops', prune: false }, dryRun: true, plan: true });
    expect(looked.plan?.hash).not.toBe(other.plan?.hash);
    expect(await live()).toEqual(['set-a', 'set-b', 'set-c', 'set-loose']);

    expect(names(await apply([a], { set: { name: 'ops', prune: true }, expectPlan: looked.plan?.hash }))).toEqual([
      'set-b',
    ]);
    expect(await live()).toEqual(['set-a', 'set-c', 'set-loose']);
    const { rows } = await app.database.pool.query(
      `SELECT DISTINCT a.state FROM assignment a JOIN job j ON j.id = a.job_id WHERE j.name = 'set-b'`,
    );
    expect(rows).toEqual([{ state: 'removing' }]);
    expect(await apply([a], { set: { name: 'ops', prune: true } })).not.toHaveProperty('pruned');
  });

  it('takes over a job of another set that it has too, which that one prunes no more', async () => {
    const [a, c] = [jobFile('set-a'), jobFile('set-c')];
    await apply([c, a], { set: { name: 'ops', prune: true } });
    expect(names(await apply([jobFile('set-d')], { set: { name: 'other', prune: true } }))).toEqual([]);
    expect(await live()).toEqual(['set-a', 'set-c', 'set-d', 'set-loose']);
  });
});
