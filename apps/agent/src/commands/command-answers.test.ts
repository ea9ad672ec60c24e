import { describe, expect, it } from 'vitest';
import { waitUntil } from '../testing/wait-until.js';
import type { Done, Foretold, PutBack } from './command-desk.js';
import { MemoryCommandJournal } from './command-journal.js';
import { makeDesk, makeOrder } from './testing/command-world.js';

describe('a dry run', () => {
  const ask = (changes: Record<string, unknown> = {}) => makeOrder({ action: 'dry_run', ...changes });

  it('is answered with what the host says, and leaves nothing in the journal', async () => {
    const { acts, told, journal, obey } = makeDesk();
    const order = ask();
    expect(await obey(order)).toEqual({
      commandId: order.commandId,
      state: 'done',
      code: 'would_run',
      answer: 'it would run\n',
    });
    expect(told[0]).toEqual({ commandId: order.commandId, state: 'accepted' });
    expect(acts).toEqual([`dry run ${order.jobId}`]);
    expect(journal.entries()).toEqual([]);
  });

  it('that cannot be made says why, with what was said until then', async () => {
    const late = { ok: false, code: 'dry_run_late', message: 'm', answer: 'half' } as const;
    expect(await makeDesk({ foretold: async () => late }).obey(ask())).toMatchObject({
      state: 'rejected',
      code: 'dry_run_late',
      message: 'm',
      answer: 'half',
    });
    const broken = makeDesk({ foretold: () => Promise.reject(new Error('no such thing')) });
    expect(await broken.obey(ask())).toMatchObject({ state: 'rejected', code: 'internal' });
  });

  it('is told again in a new session, and made once however often it is asked for', async () => {
    const { desk, acts, told, attach, obey } = makeDesk();
    const order = ask();
    const done = await obey(order);
    desk.onCommand(order.body);
    desk.detach();
    attach();
    expect(told.slice(-2)).toEqual([done, done]);
    expect(acts).toHaveLength(1);
  });

  it('waits for no start, and for the dry run before it', async () => {
    const open: (() => void)[] = [];
    const foretold = () =>
      new Promise<Foretold>((resolve) => open.push(() => resolve({ ok: true, verdict: 'would_run', answer: '' })));
    const { desk, acts } = makeDesk({ answer: () => new Promise(() => undefined), foretold });
    const first = makeOrder();
    for (const order of [first, ask({ jobId: first.jobId }), ask()]) desk.onCommand(order.body);
    await waitUntil(() => acts.length === 2, 'a start and a dry run');
    expect(acts[1]).toBe(`dry run ${first.jobId}`);
    open[0]?.();
    await waitUntil(() => acts.length === 3, 'the other dry run');
  });

  it('keeps the newest answers only', async () => {
    const { desk, told, attach, obey } = makeDesk();
    for (let count = 0; count < 20; count += 1) await obey(ask());
    desk.detach();
    told.length = 0;
    attach();
    expect(told).toHaveLength(16);
  });

  it('is refused where the host allows no starts by hand', async () => {
    const { acts, obey } = makeDesk({ policy: { commands: ['stop'] } });
    expect(await obey(ask())).toMatchObject({ state: 'rejected', code: 'policy_commands' });
    expect(acts).toEqual([]);
  });
});

describe('a repair', () => {
  const ask = (changes: Record<string, unknown> = {}) => makeOrder({ action: 'repair', ...changes });

  it('says what became of the task, and is done once however often it is asked for', async () => {
    const { desk, acts, told, obey } = makeDesk();
    const order = ask();
    const done = await obey(order);
    expect(done).toEqual({ commandId: order.commandId, state: 'done', code: 'repaired' });
    desk.onCommand(order.body);
    expect(told).toEqual([{ commandId: order.commandId, state: 'accepted' }, done, done]);
    expect(acts).toEqual([`repair ${order.jobId} ${order.commandId}`]);
  });

  it('of a task that is as defined is done too', async () => {
    const { obey } = makeDesk({ putBack: async () => ({ ok: true, outcome: 'as_defined' }) });
    expect(await obey(ask())).toMatchObject({ state: 'done', code: 'as_defined' });
  });

  it('that cannot be made says why', async () => {
    const refused = makeDesk({
      putBack: async () => ({ ok: false, code: 'not_repaired', message: 'Access is denied.' }),
    });
    expect(await refused.obey(ask())).toMatchObject({
      state: 'rejected',
      code: 'not_repaired',
      message: 'Access is denied.',
    });
    const broken = makeDesk({ putBack: () => Promise.reject(new Error('no such thing')) });
    expect(await broken.obey(ask())).toMatchObject({ state: 'rejected', code: 'internal' });
  });

  it('that two people ask for at once is one after the other, and not while the job is being started', async () => {
    const open: (() => void)[] = [];
    const putBack = () =>
      new Promise<PutBack>((resolve) => open.push(() => resolve({ ok: true, outcome: 'as_defined' })));
    let started: () => void = () => undefined;
    const answer = () => new Promise<Done>((resolve) => (started = () => resolve({ ok: true })));
    const { desk, acts } = makeDesk({ putBack, answer });
    const first = makeOrder();
    for (const order of [first, ask({ jobId: first.jobId }), ask({ jobId: first.jobId }), ask()])
      desk.onCommand(order.body);
    await waitUntil(() => acts.length === 2, 'the start, and the repair of another job');
    expect(acts[1]).not.toContain(first.jobId);
    started();
    await waitUntil(() => acts.length === 3, 'the first repair');
    open[1]?.();
    await waitUntil(() => acts.length === 4, 'the second');
  });

  it('that the agent died in is not known to be done, and told so at once', async () => {
    const journal = new MemoryCommandJournal();
    const order = ask();
    makeDesk({ journal, putBack: () => new Promise(() => undefined) }).desk.onCommand(order.body);
    await waitUntil(() => journal.find(order.commandId) !== undefined, 'it is accepted');
    const { told } = makeDesk({ journal });
    expect(told).toMatchObject([{ commandId: order.commandId, state: 'indeterminate', code: 'agent_restarted' }]);
  });

  it('is refused where the host’s policy does not name it', async () => {
    const { acts, obey } = makeDesk({ policy: { commands: ['run', 'stop'] } });
    expect(await obey(ask())).toMatchObject({ state: 'rejected', code: 'policy_commands' });
    expect(acts).toEqual([]);
    expect(await makeDesk({ policy: { commands: ['repair'] } }).obey(ask())).toMatchObject({ state: 'done' });
  });
});
