import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addAlert } from '../../store/testing/incidents.js';
import { incidentId, minute, startTicketScene, type TicketScene } from './testing/ticket-scene.js';

let scene: TicketScene;
beforeEach(async () => {
  scene = await startTicketScene();
});
afterEach(() => scene.close());

/** Requests that change something there. */
const writes = () =>
  [...scene.now.requests, ...scene.cloud.requests].filter(
    ({ method, path }) => method !== 'GET' && !/search|bulkfetch/.test(path),
  ).length;

describe.each([
  {
    channel: 'snow',
    ticket: 'INC0010001',
    begin: () => scene.now.person({ state: '2', assigned_to: 'Ann Lee' }),
    stop: () => scene.now.person({ state: '1', assigned_to: '' }),
    say: (text: string) => scene.now.say(text),
    heard: () => scene.states.hear('snow', [scene.now.all()[0]?.sys_id ?? ''], scene.clock()),
    texts: () => scene.now.workNotes.map(({ text }) => text),
  },
  {
    channel: 'ops',
    ticket: 'OPS-1',
    begin: () => scene.cloud.person({ status: 'In Progress', assignee: 'Ann Lee' }),
    stop: () => scene.cloud.person({ status: 'To Do', assignee: null }),
    say: (text: string) => void scene.cloud.say(text),
    heard: () => scene.states.hear('ops', ['10001'], scene.clock()),
    texts: () => scene.cloud.issues.flatMap(({ comments }) => comments.map(({ body }) => JSON.stringify(body))),
  },
])('$channel', ({ channel, ticket, begin, stop, say, heard, texts }) => {
  it('takes in who works on the ticket, and what people say, without writing any of it back', async () => {
    await scene.notice(channel);
    await scene.pass(0);
    const before = writes();
    begin();
    say('Disk is full,\nI am on it');
    expect(await heard()).toBe(true);
    await scene.pass(0);
    const by = `Ann Lee (${ticket})`;
    expect(await scene.incident()).toEqual({ state: 'acked', acknowledgedBy: by, assignee: 'Ann Lee' });
    expect(await scene.log('note')).toMatchObject([
      { text: 'Disk is full, I am on it', actor: expect.stringMatching(`\\(${ticket}\\)$`) },
    ]);
    expect(await scene.log('ticket_changed')).toMatchObject([
      { text: `${channel}: ${ticket} is In Progress, assigned to Ann Lee` },
    ]);
    stop();
    await heard();
    await scene.pass(30, { ask: true });
    expect(await scene.incident()).toEqual({ state: 'firing', acknowledgedBy: null, assignee: null });
    expect(writes()).toBe(before);
  });

  it('shows in the ticket who looks after it here, once, though the answer to that is lost', async () => {
    await scene.write({
      ...scene[channel as 'snow'],
      ...(channel === 'ops' ? { transitions: { start: 'Start' } } : {}),
    });
    await scene.notice(channel);
    await scene.pass(0);
    await scene.acts.act(1, [{ kind: 'acknowledge' }], 'Bob');
    const system = channel === 'snow' ? scene.now : scene.cloud;
    system.troubledBy = ({ method, path }) => method === 'PATCH' || (method === 'POST' && path.endsWith('/comment'));
    system.troubles.push('lost_answer');
    await scene.notice(channel);
    await scene.pass(30, { ask: true });
    expect(texts().filter((text) => text.includes('Bob looks after it'))).toHaveLength(1);
    expect(await scene.incident()).toMatchObject({ state: 'acked', acknowledgedBy: 'Bob' });
    expect(await scene.links.ofIncident(incidentId)).toMatchObject([{ state: 'in_progress' }]);
    expect(await scene.log('note')).toEqual([]);
  });

  it('gets the notes that people write here, in their order, each once though an answer is lost', async () => {
    await scene.notice(channel);
    await scene.pass(0);
    say('on it');
    await heard();
    await scene.pass(0);
    const system = channel === 'snow' ? scene.now : scene.cloud;
    system.troubledBy = ({ method, path }) => method === 'PATCH' || (method === 'POST' && path.endsWith('/comment'));
    system.troubles.push('lost_answer');
    const notes = ['the disk of db2 is full', 'cleaned up, watching it'] as const;
    for (const text of notes) await scene.acts.act(1, [{ kind: 'note', text }], 'Bob');
    await scene.pass(30, { ask: true });
    const told = texts().filter((text) => text.includes('Bob wrote in Carillon'));
    expect(told).toEqual(notes.map((text) => expect.stringContaining(text)));
    expect((await scene.log('note')).map(({ text }) => text)).toEqual(['on it', ...notes]);
  });

  it('hears without a webhook, by one question for all tickets', async () => {
    await scene.notice(channel);
    await scene.pass(5, { ask: true });
    begin();
    say('on it');
    const { requests } = channel === 'snow' ? scene.now : scene.cloud;
    const before = requests.length;
    await scene.pass(2, { ask: true });
    expect(await scene.incident()).toMatchObject({ state: 'acked' });
    expect(await scene.log('note')).toHaveLength(1);
    // Three questions, and one reading of what changed.
    expect(requests.length - before).toBeLessThanOrEqual(3 + 3);
    const quiet = requests.length;
    await scene.pass(10, { ask: true });
    expect(requests.length - quiet).toBe(10);
  });
});

it('hears every ticket that changed, over pages and after an hour without a server', async () => {
  const ids = Array.from({ length: 230 }, (_, index) => `01890000-0000-7000-9000-${String(index).padStart(12, '0')}`);
  await scene.database.pool.query(
    `INSERT INTO incident (id, key, state, severity, title, policy, opened_at, updated_at, spread)
     SELECT id, id::text, 'firing', 'low', 'x', 'pager', now(), now(), '{"total":1}' FROM unnest($1::uuid[]) AS id`,
    [ids],
  );
  for (const id of ids) await scene.links.want({ incidentId: id, channel: 'snow' }, scene.clock());
  await scene.pass(0);
  // No more at once than its channel's limit.
  expect(scene.now.all()).toHaveLength(50);
  await scene.write({ ...scene.snow, limit: { perMinute: 6_000, burst: 1_000 } });
  await scene.pass(1);
  expect(scene.now.all()).toHaveLength(230);
  await scene.poll.turn();
  await scene.pass(0);
  scene.advance(60 * minute);
  for (const { sys_id } of scene.now.all()) scene.now.person({ state: '2' }, 'ann', sys_id);
  await scene.pass(0, { ask: true });
  const acked = await scene.database.pool.query(
    `SELECT count(*)::int AS n FROM incident WHERE acknowledged_by IS NOT NULL`,
  );
  expect(acked.rows[0].n).toBe(230);
}, 180_000);

describe.each([
  {
    channel: 'snow',
    ann: 'a8f98bb0eb32010045e1a5115206fe3a',
    owner: () => scene.now.all()[0]?.assigned_to,
    give: (id: string) => scene.now.person({ assigned_to: id }),
    bob: 'b8f98bb0eb32010045e1a5115206fe3b',
  },
  {
    channel: 'ops',
    ann: '5b10-ann',
    owner: () => scene.cloud.issues[0]?.assignee,
    give: (id: string) => scene.cloud.person({ assignee: scene.cloud.people[id] ?? null }),
    bob: '5b10-bob',
  },
] as const)('people of $channel', ({ channel, ann, bob, owner, give }) => {
  it('get the ticket when they are given the incident here, once though the answer is lost, and are known by their name here', async () => {
    await scene.write({ ...scene[channel], assignees: { ann, bobby: bob } });
    await scene.notice(channel);
    await scene.pass(0);
    await scene.acts.act(1, [{ kind: 'assign', assignee: 'ann' }], 'Carol');
    const system = channel === 'snow' ? scene.now : scene.cloud;
    system.troubledBy = ({ method }) => method === 'PATCH' || method === 'PUT';
    system.troubles.push('lost_answer');
    await scene.pass(3, { ask: true });
    expect([ann, 'Ann Lee']).toContain(owner());
    expect(system.count(channel === 'snow' ? 'PATCH' : 'PUT', /./)).toBe(1);
    expect(await scene.incident()).toMatchObject({ assignee: 'ann', acknowledgedBy: null });
    give(bob);
    await scene.pass(3, { ask: true });
    expect(await scene.incident()).toMatchObject({ assignee: 'bobby' });
    // Taken off here, once though the answer is lost; by whom it was given does not matter.
    system.troubles.push('lost_answer');
    await scene.acts.act(1, [{ kind: 'assign', assignee: null }], 'Carol');
    await scene.pass(3, { ask: true });
    expect(owner() || null).toBeNull();
    expect(system.count(channel === 'snow' ? 'PATCH' : 'PUT', /./)).toBe(2);
    expect(await scene.incident()).toMatchObject({ assignee: null });
    give(bob);
    await scene.pass(3, { ask: true });
    expect(await scene.incident()).toMatchObject({ assignee: 'bobby' });
    // Nobody knows who that is there.
    await scene.acts.act(1, [{ kind: 'assign', assignee: 'Dora' }], 'Carol');
    await scene.pass(6, { ask: true });
    expect([bob, 'Bob Ray']).toContain(owner());
    expect(await scene.incident()).toMatchObject({ assignee: 'Dora' });
  });
});

it('a comment that somebody changes in Jira is noted again, as edited and by whom', async () => {
  await scene.notice('ops');
  await scene.pass(0);
  const id = scene.cloud.say('disk is fine');
  await scene.pass(1, { ask: true });
  scene.cloud.sayOtherwise(id, 'disk is NOT fine', 'Bob');
  await scene.pass(3, { ask: true });
  expect(await scene.log('note')).toMatchObject([
    { text: 'disk is fine', actor: 'Ann (OPS-1)' },
    { text: 'edited: disk is NOT fine', actor: 'Bob (OPS-1)' },
  ]);
});

it('what is done here is told to the ticket at once, not only when it is looked at next', async () => {
  await scene.notice('snow');
  await scene.pass(0);
  await scene.acts.act(1, [{ kind: 'acknowledge' }], 'Bob');
  await scene.pass(0);
  expect(scene.now.all()).toMatchObject([{ state: '2' }]);
});

describe('what only a person can mend', () => {
  const alert = (state: string) => addAlert(scene.database, {}, { policy: 'system', what: 'channel:snow', state });

  it('goes on when the secret is handed over again, and says that it works', async () => {
    scene.now.password = 'changed there';
    await scene.notice('snow');
    await scene.pass(30, { ask: true });
    // The ticket, and the question for changes.
    expect(scene.now.requests).toHaveLength(2);
    expect(await scene.signals()).toMatchObject([{ part: 'channel:snow', ok: false, code: 'http_401' }]);
    await alert('firing');
    scene.advance(minute);
    await scene.secrets.put('now', scene.now.password, 'test');
    await scene.pass(2, { ask: true });
    expect(scene.now.all()).toHaveLength(1);
    expect((await scene.signals()).at(-1)).toMatchObject({ part: 'channel:snow', ok: true });
  });

  it('goes on within an hour when it was mended over there', async () => {
    const { password } = scene.now;
    scene.now.password = 'locked';
    await scene.notice('snow');
    await scene.pass(10, { ask: true });
    scene.now.password = password;
    await scene.pass(70, { ask: true });
    expect(scene.now.all()).toHaveLength(1);
    expect(scene.now.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('goes on when its channel is switched on again', async () => {
    await scene.write({ ...scene.snow, enabled: false });
    await scene.notice('snow');
    await scene.pass(2, { ask: true });
    scene.advance(minute);
    await scene.write(scene.snow);
    await scene.pass(2, { ask: true });
    expect(scene.now.all()).toHaveLength(1);
  });
});

it('never makes a second issue, however long the search of Jira lags', async () => {
  scene.cloud.foreign(130);
  scene.cloud.troubledBy = ({ method, path }) => method === 'POST' && path.endsWith('/issue');
  scene.cloud.troubles.push('lost_answer');
  scene.cloud.unseen = 125;
  await scene.notice('ops');
  await scene.pass(1);
  scene.cloud.unseen = Number.POSITIVE_INFINITY;
  scene.cloud.foreign(3);
  await scene.pass(30);
  expect(scene.cloud.issues.filter(({ labels }) => labels.includes('carillon'))).toHaveLength(1);
  expect(await scene.links.ofIncident(incidentId)).toMatchObject([{ ticket: 'OPS-131' }]);
});

it('sends events of Event Management under one key, from its severity to the one that clears', async () => {
  await scene.write({ ...scene.snow, name: 'events', table: 'em_event' });
  scene.now.troubles.push('lost_answer');
  await scene.notice('events');
  await scene.pass(5, { ask: true });
  const [key = ''] = scene.now.alerts.keys();
  expect(scene.now.alerts.size).toBe(1);
  expect(scene.now.events[0]).toMatchObject({ source: 'Carillon', type: 'pager', severity: '2', message_key: key });
  expect(JSON.parse(scene.now.events[0]?.additional_info ?? '')).toMatchObject({ incident: 1, failures: 1 });
  await scene.incidentIs('firing', 4, 'high');
  await scene.notice('events');
  await scene.pass(1);
  expect(scene.now.alerts.get(key)).toMatchObject({ severity: '1', open: true });
  await scene.incidentIs('resolved', 4, 'high');
  await scene.notice('events');
  await scene.pass(15, { ask: true });
  expect(scene.now.events.at(-1)).toMatchObject({ severity: '0', message_key: key });
  expect(scene.now.alerts.get(key)).toMatchObject({ open: false });
  await scene.incidentIs('firing', 5, 'high');
  await scene.notice('events');
  await scene.pass(1);
  expect(scene.now.alerts.size).toBe(1);
  expect(scene.now.alerts.get(key)).toMatchObject({ open: true });
  expect(await scene.links.ofIncident(incidentId)).toMatchObject([{ state: 'open' }]);
});
