import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { type HostPolicy, judgeCommand, openPolicy } from '@carillon/core/policy/host-policy';
import type { CommandKind } from '@carillon/core/state/states';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { signer } from '../testing/samples.js';
import { fillDisk, makeSmallDisk, noSmallDisk } from '../testing/small-disk.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { CommandDesk, type CommandWork, type Done, type Foretold, type PutBack } from './command-desk.js';
import {
  type CommandJournal,
  type CommandResult,
  FileCommandJournal,
  MemoryCommandJournal,
} from './command-journal.js';

const agentId = newId();
const nowMs = Date.parse('2026-11-23T08:00:00Z');
const at = (offsetMs: number) => new Date(nowMs + offsetMs).toISOString();

function makeOrder(changes: Record<string, unknown> = {}, key = signer) {
  const order = {
    kind: 'carillon/command/v1',
    commandId: newId(),
    hostId: agentId,
    action: 'run',
    jobId: newId(),
    runId: null,
    notBefore: at(-60_000),
    notAfter: at(60_000),
    ...changes,
  };
  const text = canonicalJson(order as never);
  return { ...order, body: { text, signature: signText(key.privateKey, 'carillon/v1/command', text) } };
}

interface DeskOptions {
  journal?: CommandJournal;
  answer?: () => Promise<Done>;
  foretold?: () => Promise<Foretold>;
  putBack?: () => Promise<PutBack>;
  serverMs?: number;
  policy?: HostPolicy;
}

function makeDesk(options: DeskOptions = {}) {
  const { journal = new MemoryCommandJournal(), answer = async () => ({ ok: true }), serverMs = nowMs } = options;
  const acts: string[] = [];
  const work: CommandWork = {
    start: (jobId) => {
      acts.push(`start ${jobId}`);
      return answer();
    },
    stop: (runId) => {
      acts.push(`stop ${runId}`);
      return answer();
    },
    dryRun: (jobId) => {
      acts.push(`dry run ${jobId}`);
      return (options.foretold ?? (async () => ({ ok: true, verdict: 'would_run', answer: 'it would run\n' })))();
    },
    repair: (jobId, commandId) => {
      acts.push(`repair ${jobId} ${commandId}`);
      return (options.putBack ?? (async () => ({ ok: true, outcome: 'repaired' })))();
    },
  };
  const judge = (action: CommandKind) => judgeCommand(options.policy ?? openPolicy, action);
  const facts = () => ({ agentId, signerKeys: [signer.publicKey], judge });
  const desk = new CommandDesk(facts, journal, work, silentLog, () => nowMs);
  const told: CommandResult[] = [];
  const attach = () => desk.attach((result) => told.push(result), serverMs);
  attach();
  /** Gives an order and waits for its last word. */
  const obey = async (order: ReturnType<typeof makeOrder>) => {
    const before = told.length;
    desk.onCommand(order.body);
    return waitUntil(() => told.slice(before).find((result) => result.state !== 'accepted'), 'a result');
  };
  return { desk, journal, acts, told, attach, obey };
}

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
