import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { AcknowledgeLinks } from '../../shared/acknowledge-links.js';
import { addAlert, addIncident } from '../../store/testing/incidents.js';
import { AcknowledgeModule } from './acknowledge.module.js';

let database: TestDatabase;
let app: TestApp;
let links: AcknowledgeLinks;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [AcknowledgeModule] });
  links = app.app.get(AcknowledgeLinks);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const hour = 3_600_000;
async function linkTo(change: object = {}, incident: object = {}) {
  const { id, number } = await addIncident(app.database, { title: '<b>etl</b> & "co" fails', ...incident });
  const url = links.make({ number, generation: 1, who: 'Ann', expiresMs: Date.now() + hour, ...change });
  const path = url.slice(url.indexOf('/acknowledge'));
  const state = async () =>
    (await app.database.pool.query('SELECT state, acknowledged_by FROM incident WHERE id = $1', [id])).rows[0];
  return { id, number, path, state };
}
const get = async (path: string, headers = {}) => {
  const answer = await app.fetch(path, { headers });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};
const post = async (path: string) =>
  (await app.fetch(path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '' })).text();

describe('the link in a message', () => {
  it('shows what it is about and changes nothing; the button acknowledges, once', async () => {
    const { path, number, state, id } = await linkTo();
    await addAlert(app.database, { incidentId: id });
    const page = await get(path);
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    expect(page.text).toContain(`#${number} &lt;b&gt;etl&lt;/b&gt; &amp; &quot;co&quot; fails`);
    expect(page.text).toContain('You look after it, as Ann');
    expect((await get(path, { 'accept-language': 'zh-CN,en' })).text).toContain('确认');
    expect(await state()).toEqual({ state: 'firing', acknowledged_by: null });
    expect(await post(path)).toContain('Acknowledged by Ann.');
    expect(await state()).toEqual({ state: 'acked', acknowledged_by: 'Ann' });
    expect(await post(path)).toContain('This link was used already: Ann acknowledged by it at');
    const log = await app.database.pool.query('SELECT code, actor, text FROM alert_log WHERE incident_id = $1', [id]);
    expect(log.rows).toMatchObject([
      { code: 'acknowledged', actor: 'Ann' },
      { code: 'note', actor: 'Ann', text: 'by the link of a message' },
    ]);
    expect((await get(path)).text).not.toContain('<form');
  });

  it('that was used does nothing again, also when the incident fires again for want of a deed', async () => {
    const { id, path, state } = await linkTo();
    await addAlert(app.database, { incidentId: id }, { what: 'again' });
    await post(path);
    await app.database.pool.query(`UPDATE incident SET state = 'firing', acknowledged_by = NULL WHERE id = $1`, [id]);
    expect((await get(path)).text).toContain('This link was used already: Ann');
    expect((await get(path, { 'accept-language': 'zh' })).text).toContain('此链接已使用过');
    expect(await post(path)).toContain('This link was used already: Ann');
    expect(await state()).toMatchObject({ state: 'firing', acknowledged_by: null });
  });

  it.each([
    ['is over', { expiresMs: Date.now() - 1 }, 'no longer valid'],
    ['is of an earlier opening', { generation: 0 }, 'no longer valid'],
    ['is about nothing', { number: 987_654 }, 'no longer valid'],
  ])('that %s does nothing', async (_what, change, text) => {
    const { path, state } = await linkTo(change);
    expect((await get(path)).text).toContain(text);
    expect(await post(path)).toContain(text);
    expect(await state()).toMatchObject({ state: 'firing' });
  });

  it('that somebody made up or changed does nothing', async () => {
    const [one, other] = [await linkTo(), await linkTo()];
    const [payload] = one.path.slice(one.path.indexOf('=') + 1).split('.');
    const [, signature] = other.path.slice(other.path.indexOf('=') + 1).split('.');
    for (const token of ['', 'x', 'x.y', `${payload}.${signature}`, `${payload}`, 'a'.repeat(5_000)]) {
      const path = `/acknowledge?t=${token}`;
      expect((await get(path)).text).toContain('not one of ours');
      expect(await post(path)).toContain('not one of ours');
    }
    expect((await get('/acknowledge')).text).toContain('not one of ours');
    expect(await one.state()).toMatchObject({ state: 'firing' });
  });

  it('does not take a resolved incident back', async () => {
    const { path, state } = await linkTo({}, { state: 'resolved' });
    expect(await post(path)).toContain('resolved');
    expect(await state()).toMatchObject({ state: 'resolved' });
  });
});
