import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { incidentId, minute, startTicketScene, type TicketScene } from './testing/ticket-scene.js';

let scene: TicketScene;
beforeEach(async () => {
  scene = await startTicketScene();
});
afterEach(() => scene.close());

describe('ServiceNow', () => {
  it('makes one ticket of 500 notices, however many servers work', async () => {
    await Promise.all(Array.from({ length: 500 }, () => scene.notice('snow')));
    await scene.pass(1, { workers: [scene.workerOf(), scene.workerOf(), scene.workerOf()] });
    expect(scene.now.all()).toMatchObject([{ number: 'INC0010001', impact: '2', correlation_display: 'Carillon' }]);
  });

  it('does not make a second one when the answer to the first was lost', async () => {
    scene.now.troubles.push('lost_answer');
    await scene.notice('snow');
    await scene.pass(10);
    expect(scene.now.all()).toHaveLength(1);
    expect(scene.now.count('POST', /incident/)).toBe(1);
    expect(await scene.links.ofIncident(incidentId)).toMatchObject([{ ticket: 'INC0010001', state: 'open' }]);
  });

  it('makes it after all when the request never came there', async () => {
    scene.now.troubles.push('lost_request');
    await scene.notice('snow');
    await scene.pass(10);
    expect(scene.now.all()).toHaveLength(1);
  });

  it('waits as long as it is told to, and out ten minutes of failure', async () => {
    scene.now.troubles.push({ status: 429, retryAfterSeconds: 240 });
    await scene.notice('snow');
    await scene.pass(3);
    expect(scene.now.requests).toHaveLength(1);
    scene.now.always = { status: 500 };
    await scene.pass(10);
    scene.now.always = null;
    await scene.pass(40);
    expect(scene.now.all()).toHaveLength(1);
  });

  it('resolves with a close code of that instance after the hold, and opens the same ticket again', async () => {
    scene.now.closeCodes = ['Behoben'];
    await scene.notice('snow');
    await scene.pass(0);
    await scene.incidentIs('resolved');
    await scene.notice('snow');
    await scene.pass(9);
    expect(scene.now.all()).toMatchObject([{ state: '1' }]);
    await scene.pass(2);
    expect(scene.now.all()).toMatchObject([
      { state: '6', close_code: 'Behoben', close_notes: 'Nothing fails any more.' },
    ]);
    await scene.incidentIs('firing', 2);
    await scene.notice('snow');
    await scene.pass(1);
    expect(scene.now.all()).toMatchObject([{ state: '2' }]);
  });

  it('leaves a ticket alone that a person closed while it fails, and says so once', async () => {
    await scene.notice('snow');
    await scene.pass(0);
    const [ticket] = scene.now.all();
    scene.now.incidents.set(ticket?.sys_id ?? '', {
      ...ticket,
      state: '7',
      close_code: 'Solution provided',
      close_notes: 'enough',
    });
    scene.advance(2 * minute);
    await scene.incidentIs('firing', 900, 'high');
    await scene.notice('snow');
    await scene.pass(300);
    expect(scene.now.all()).toMatchObject([{ state: '7', impact: '2' }]);
    expect(scene.now.workNotes.filter(({ text }) => text.includes('ended by a person'))).toHaveLength(1);
  });
});

describe('Jira', () => {
  it('tells repeats and severity, and resolves by the name of a transition', async () => {
    await scene.notice('ops');
    await scene.pass(0);
    await scene.incidentIs('firing', 40, 'high');
    await scene.pass(241);
    expect(scene.cloud.issues).toMatchObject([{ priority: 'High', status: 'To Do' }]);
    expect(JSON.stringify(scene.cloud.issues[0]?.comments)).toContain('40 failures');
    expect(scene.cloud.issues[0]?.comments).toHaveLength(1);
    await scene.incidentIs('resolved', 40, 'high');
    await scene.pass(20);
    expect(scene.cloud.issues).toMatchObject([{ status: 'Done' }]);
  });

  it('finds what was made although the answer was lost and the search is late', async () => {
    scene.cloud.troubles.push('lost_answer');
    scene.cloud.unseen = 1;
    await scene.notice('ops');
    scene.advance(6_000);
    await scene.pass(0);
    scene.cloud.unseen = 0;
    await scene.pass(5);
    expect(scene.cloud.issues).toHaveLength(1);
    expect(scene.cloud.count('POST', /\/issue$/)).toBe(1);
  });

  it('says that a transition is not there, once, and goes on when the channel is written again', async () => {
    scene.cloud.transitions = scene.cloud.transitions.map((one) =>
      one.name === 'Done' ? { ...one, name: 'Fertig' } : one,
    );
    await scene.notice('ops');
    await scene.pass(0);
    await scene.incidentIs('resolved');
    await scene.notice('ops');
    await scene.pass(60);
    expect(scene.cloud.issues).toMatchObject([{ status: 'To Do' }]);
    expect(await scene.signals()).toMatchObject([{ part: 'channel:ops', ok: false, code: 'no_transition' }]);
    expect(await scene.log('ticket_problem')).toHaveLength(1);
    await scene.write({ ...scene.ops, transitions: { resolve: 'Fertig' } });
    await scene.notice('ops');
    await scene.pass(10);
    expect(scene.cloud.issues).toMatchObject([{ status: 'Done' }]);
  });
});
