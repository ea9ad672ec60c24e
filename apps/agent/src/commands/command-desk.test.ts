import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { signer } from '../testing/samples.js';
import { fillDisk, makeSmallDisk, noSmallDisk } from '../testing/small-disk.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { type CommandResult, FileCommandJournal, MemoryCommandJournal } from './command-journal.js';
import { at, makeDesk, makeOrder, nowMs } from './testing/command-world.js';

describe('a command', () => {
  it('is accepted on record before it is acted on, and told when it is done', async () => {
    const journal = new MemoryCommandJournal();
    const order = makeOrder();
    let stateAtAct: string | undefined;
    const answer = async () => {
      stateAtAct = journal.find(order.commandId)?.result.state;
      return { ok: true } as const;
    };
    const { told, obey } = makeDesk({ journal, answer });
    await obey(order);
    expect(stateAtAct).toBe('accepted');
    expect(told.map((result) => result.state)).toEqual(['accepted', 'done']);
    // The run's id is known before the program starts.
    expect(told[0]?.runId).toMatch(/^[0-9a-f-]{36}$/);
    expect(told[1]?.runId).toBe(told[0]?.runId);
  });

  it('that the policy of the host does not allow is never started', async () => {
    const { acts, told, obey } = makeDesk({ policy: { commands: ['stop'] } });
    await obey(makeOrder());
    expect(acts).toEqual([]);
    expect(told).toMatchObject([{ state: 'rejected', code: 'policy_commands' }]);
    await obey(makeOrder({ action: 'stop', runId: newId() }));
    expect(acts).toHaveLength(1);
  });

  it('is done once; who asks again hears the same result', async () => {
    const { desk, acts, told, obey } = makeDesk();
    const order = makeOrder();
    const first = await obey(order);
    desk.onCommand(order.body);
    expect(told.at(-1)).toEqual(first);
    expect(acts).toHaveLength(1);
  });

  it('is done once, though it comes twice before its end', async () => {
    const { desk, acts, told } = makeDesk();
    const order = makeOrder();
    desk.onCommand(order.body);
    desk.onCommand(order.body);
    await waitUntil(() => told.some((result) => result.state === 'done'), 'the result');
    const last = makeOrder({ jobId: order.jobId });
    desk.onCommand(last.body);
    await waitUntil(
      () => told.some(({ commandId, state }) => commandId === last.commandId && state === 'done'),
      'the next',
    );
    expect(acts).toHaveLength(2);
  });

  it.each([
    ['is late', { notAfter: at(-1) }, nowMs, 'expired'],
    ['is early', { notBefore: at(1) }, nowMs, 'rejected'],
    ['is late by the server’s clock, though not by ours', {}, nowMs + 3_600_000, 'expired'],
    [
      'is in time by the server’s clock, though not by ours',
      { notBefore: at(3_590_000), notAfter: at(3_610_000) },
      nowMs + 3_600_000,
      'done',
    ],
    ['stops what it does not name', { action: 'stop' }, nowMs, 'rejected'],
  ])('that %s', async (_what, changes, serverMs, state) => {
    const { acts, obey } = makeDesk({ serverMs });
    expect((await obey(makeOrder(changes))).state).toBe(state);
    expect(acts).toHaveLength(state === 'done' ? 1 : 0);
  });

  it.each([
    ['signed by a stranger', makeOrder({}, makeKeyPair())],
    ['for another host', makeOrder({ hostId: newId() })],
    ['of a kind we do not know', makeOrder({ action: 'format' })],
    [
      'that is no JSON',
      { ...makeOrder(), body: { text: '{', signature: signText(signer.privateKey, 'carillon/v1/command', '{') } },
    ],
  ])('%s is not obeyed and not answered', async (_what, order) => {
    const { desk, acts, told, obey } = makeDesk();
    desk.onCommand(order.body);
    await obey(makeOrder());
    expect(acts).toHaveLength(1);
    expect(told.map((result) => result.commandId)).not.toContain(order.commandId);
  });

  it('that cannot be carried out says why', async () => {
    const { obey } = makeDesk({
      answer: async () => ({ ok: false, code: 'start_failed', message: 'x'.repeat(5_000) }),
    });
    expect(await obey(makeOrder())).toMatchObject({
      state: 'rejected',
      code: 'start_failed',
      message: 'x'.repeat(2_000),
    });
  });

  it('whose act breaks down is indeterminate, and the next one is carried out', async () => {
    let broken = true;
    const { obey } = makeDesk({
      answer: async () => {
        if (broken) throw new Error('the disk is full');
        return { ok: true };
      },
    });
    const order = makeOrder();
    expect(await obey(order)).toMatchObject({
      state: 'indeterminate',
      message: expect.stringContaining('the disk is full'),
    });
    broken = false;
    expect((await obey(makeOrder({ jobId: order.jobId }))).state).toBe('done');
  });

  it('waits for the one before it on the same job, not for those on others', async () => {
    const open: (() => void)[] = [];
    const { desk, acts } = makeDesk({ answer: () => new Promise((resolve) => open.push(() => resolve({ ok: true }))) });
    const first = makeOrder();
    for (const order of [first, makeOrder({ jobId: first.jobId }), makeOrder()]) desk.onCommand(order.body);
    await waitUntil(() => acts.length === 2, 'two acts');
    open[0]?.();
    await waitUntil(() => acts.length === 3, 'the third');
    expect(acts[2]).toBe(acts[0]);
  });
});

describe('the journal', () => {
  it('says so when it is not known whether a command was carried out, and never repeats it', async () => {
    const order = makeOrder();
    const died = { ok: false, isUnknown: true, code: 'runner_died', message: 'it died' } as const;
    const { desk, acts, told } = makeDesk({ answer: async () => died });
    desk.onCommand(order.body);
    await waitUntil(() => told.length === 2, 'both answers');
    desk.onCommand(order.body);
    expect(told.map(({ state }) => state)).toEqual(['accepted', 'indeterminate', 'indeterminate']);
    expect(told[1]).toMatchObject({ code: 'runner_died', message: 'it died' });
    expect(acts).toHaveLength(1);
  });

  it('after a crash between accepting and knowing: indeterminate, never repeated', async () => {
    const path = join(makeTempFolder(), 'commands.jsonl');
    const order = makeOrder();
    const crashed = makeDesk({
      journal: new FileCommandJournal(path, nowMs),
      answer: () => new Promise(() => undefined),
    });
    crashed.desk.onCommand(order.body);
    await waitUntil(() => crashed.acts.length === 1, 'the act');
    // What the crash cut off was not acted on.
    appendFileSync(path, '{"result":{"commandId":"');

    const { desk, acts, told } = makeDesk({ journal: new FileCommandJournal(path, nowMs) });
    expect(told).toMatchObject([{ commandId: order.commandId, state: 'indeterminate', code: 'agent_restarted' }]);
    desk.onCommand(order.body);
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(told[0]);
    expect(acts).toEqual([]);
    const again = new FileCommandJournal(path, nowMs);
    expect(again.find(order.commandId)?.result.state).toBe('indeterminate');
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it.skipIf(noSmallDisk)('has whole lines only, though a full disk takes a part of one', () => {
    const disk = makeSmallDisk(64 * 1024);
    const path = join(disk, 'commands.jsonl');
    const journal = new FileCommandJournal(path, nowMs);
    const note = () => journal.note({ commandId: newId(), state: 'done' }, nowMs);
    // The file begins a new page of the disk; what is noted first leaves only a part of it.
    for (let count = 0; count < 20; count += 1) note();
    const empty = fillDisk(disk);
    expect(() => {
      for (;;) note();
    }).toThrow('ENOSPC');
    empty();
    note();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).result.state)).toEqual(lines.map(() => 'done'));
  });

  it('tells results again in a new session, unless they are old', async () => {
    const journal = new MemoryCommandJournal();
    const old: CommandResult = { commandId: newId(), state: 'done' };
    journal.note(old, nowMs - 2 * 3_600_000);
    const { desk, told, attach, obey } = makeDesk({ journal });
    const done = await obey(makeOrder());
    desk.detach();
    told.length = 0;
    attach();
    expect(told).toEqual([done]);
  });

  it('forgets what is older than any command lives', () => {
    const path = join(makeTempFolder(), 'commands.jsonl');
    const journal = new FileCommandJournal(path, nowMs);
    journal.note({ commandId: newId(), state: 'done' }, nowMs);
    expect(new FileCommandJournal(path, nowMs + 6 * 86_400_000).entries()).toHaveLength(1);
    expect(new FileCommandJournal(path, nowMs + 8 * 86_400_000).entries()).toHaveLength(0);
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});
