import { api } from '@carillon/contract/http/api';
import { chainStart, checkLinks, type KeptLink } from '@carillon/core/audit/chain';
import { cloneDatabase } from '@carillon/testkit/database';
import { expect, it } from 'vitest';
import { startTestApp } from '../../http/testing/test-app.js';
import { noteChange } from '../../store/audit-act.js';
import { poolTransaction } from '../../store/pool-transaction.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { AlertDocumentsModule } from '../alert-documents/alert-documents.module.js';
import { ApplyModule } from '../apply/apply.module.js';
import { AuditModule } from './audit.module.js';

it('what people changed is told with who did and how it was before, page by page', async () => {
  const database = await cloneDatabase();
  const app = await startTestApp(database.url, { modules: [ApplyModule, AlertDocumentsModule, AuditModule] });
  await addFleet(app.database, [{ name: 'WIN-01' }]);
  const apply = (author: string, ...documents: object[]) => app.call(api.jobs.apply, { body: { documents, author } });
  const policy = { kind: 'AlertPolicy', name: 'Pager', severity: 'high', when: { drift: true } };
  await apply('ann', jobFile('etl', { description: 'a' }));
  await apply('ben', jobFile('etl', { description: 'b' }), policy);
  await apply('ben', { ...policy, severity: 'low' });
  await apply('ben', { ...policy, severity: 'low' });
  await app.call(api.alertDocuments.remove, { kind: 'AlertPolicy', name: 'pager' });

  const first = await app.call(api.audit.list, { limit: 3 });
  const rest = await app.call(api.audit.list, { limit: 3, cursor: first.next ?? '' });
  const all = [...first.items, ...rest.items];
  expect(rest.next).toBeNull();
  expect(all.map(({ actor, act, what }) => `${actor} ${act} ${what}`).sort()).toEqual([
    'admin created AlertPolicy Pager',
    'admin created etl',
    'admin deleted AlertPolicy Pager',
    'admin updated AlertPolicy Pager',
    'admin updated etl',
  ]);
  expect(all[0]).toMatchObject({ act: 'deleted', before: { severity: 'low' }, after: null });
  expect(all[1]).toMatchObject({ act: 'updated', before: { severity: 'high' }, after: { severity: 'low' } });
  const { items } = await app.call(api.audit.list, { kind: 'Job', actor: 'ADMIN', search: 'ET' });
  expect(items).toMatchObject([
    // Who came, whatever name the file was written under.
    { via: 'token', from: '127.0.0.1', before: { description: 'a' }, after: { description: 'b' }, chained: true },
    { before: null, after: { description: 'a' } },
  ]);
  expect((await app.call(api.audit.list, { search: 'PAGER' })).items).toHaveLength(3);
  expect((await app.call(api.audit.list, { kind: 'Host' })).items).toEqual([]);

  // Of an incident that is still called so, the parts of its title are told too.
  const reason = { code: 'host_offline', text: 'nothing was heard of it for 10 min', figures: { elapsedMs: 600_000 } };
  const aboutIt = { subject: 'WIN-01', reason };
  await app.database.pool.query(
    `INSERT INTO incident (id, number, key, state, severity, title, policy, opened_at, updated_at, spread, data) OVERRIDING SYSTEM VALUE
     VALUES (gen_random_uuid(), 7, 'k', 'firing', 'high', 'WIN-01: offline', 'p', now(), now(), '{}', $1)`,
    [JSON.stringify({ about: aboutIt })],
  );
  await poolTransaction(app.database.pool, async () => {
    noteChange({ kind: 'Incident', act: 'note', what: '#7 WIN-01: offline', text: 'seen' });
    noteChange({ kind: 'Incident', act: 'note', what: '#7 WIN-01: called otherwise then', text: 'seen' });
  });
  const ofIncidents = (await app.call(api.audit.list, { kind: 'Incident' })).items;
  expect(ofIncidents.map(({ about }) => about)).toEqual([undefined, aboutIt]);

  const links: KeptLink[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const page: { items: KeptLink[]; next: string | null } = await app.call(api.audit.chain, {
      limit: 2,
      ...(next ? { cursor: next } : {}),
    });
    links.push(...page.items);
    next = page.next;
  }
  expect(links.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(checkLinks(chainStart, links)).toMatchObject({ ok: true, head: { seq: 7 } });
  const since = links[3]?.at ?? '';
  const late = await app.call(api.audit.chain, { since });
  expect(late.items.at(-1)).toEqual(links[6]);
  expect(late.items.every(({ at }) => at >= since)).toBe(true);
  await expect(app.call(api.audit.chain, { cursor: 'eA' })).rejects.toMatchObject({ status: 400 });
  expect((await app.fetch('/api/v1/audit/chain')).status).toBe(401);
  await expect(app.call(api.audit.list, { cursor: 'eA' })).rejects.toMatchObject({ status: 400 });
  await poolTransaction(app.database.pool, async () => {
    for (const job of ['etl', 'etl on DB', 'etl-2']) {
      noteChange({ kind: 'Command', act: 'run', what: job });
      noteChange({ kind: 'Task', act: 'adopted', what: `${job} on WIN-01` });
    }
    noteChange({ kind: 'Host', act: 'paused', what: 'etl' });
  });
  const ofJob = (await app.call(api.audit.list, { job: 'ETL' })).items;
  expect(ofJob.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
    'Task etl on WIN-01',
    'Command etl',
    'Job etl',
    'Job etl',
  ]);
  await app.close();
  await database.drop();
});
