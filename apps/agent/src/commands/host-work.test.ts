import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { removeRunning, writeRunning } from '../runner/running-file.js';
import type { StartTicket } from '../runner/start-reason.js';
import { holdTicket, leaveTicket, takeTicket, ticketFileOf, ticketHolders } from '../runner/start-ticket.js';
import { stopFileOf } from '../runner/stop-orders.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { buildEmulator, emulatedSchtasks, startEmulatedService } from '../testing/emulated-scheduler.js';
import { identityOf, makeEvent } from '../testing/samples.js';
import { makeAgentFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { HostWork } from './host-work.js';

beforeAll(buildEmulator, 120_000);

const jobId = newId();
const path = '\\Carillon\\sample';
const putBack: string[] = [];
const drift = {
  putBack: async (jobId: string, commandId: string) => {
    putBack.push(`${jobId} ${commandId}`);
    return { ok: true, outcome: 'repaired' } as const;
  },
};
const limits = { registerMs: 200, claimMs: 200, endMs: 200, dryRunMs: 200 };
const patient = { registerMs: 20_000, claimMs: 20_000, endMs: 20_000, dryRunMs: 20_000 };

function makeTicket(): StartTicket {
  return { commandId: newId(), runId: newId(), expiresAtMs: Date.now() + 60_000 };
}

function registeredCache() {
  const cache = new MemoryDesiredCache();
  cache.storeRegistered({ rev: 1, wanted: [], jobs: [{ jobId, version: 1, manifestHash: 'a'.repeat(64), path }] });
  return cache;
}

function task(command: string, args: string): TaskDefinition {
  return { triggers: [], principals: [], settings: {}, actions: [{ kind: 'exec', command, arguments: args }] };
}

describe('a start through the emulated schtasks', () => {
  async function makeHost(folder = makeAgentFolder()) {
    const store = join(folder.root, 'store');
    const scheduler = new SchtasksScheduler(emulatedSchtasks(store), folder.temporary, undefined);
    return { folder, store, scheduler };
  }

  it('is done when the runner has taken the ticket', async () => {
    const { folder, store, scheduler } = await makeHost();
    const ticketFile = join(folder.tickets, `${jobId}.json`);
    await scheduler.register(path, task('/bin/mv', `${ticketFile} ${folder.root}/taken`));
    await startEmulatedService(store);
    const ticket = makeTicket();
    expect(await new HostWork(folder, registeredCache(), scheduler, drift, patient).start(jobId, ticket)).toEqual({
      ok: true,
    });
    const taken = await waitUntil(
      () => existsSync(join(folder.root, 'taken')) && readFileSync(join(folder.root, 'taken'), 'utf8'),
      'it',
    );
    expect(JSON.parse(taken)).toEqual(ticket);
  });

  it('that nothing comes of takes its ticket back, so that it cannot explain a later start', async () => {
    const { folder, scheduler } = await makeHost();
    await scheduler.register(path, task('/bin/true', ''));
    const done = await new HostWork(folder, registeredCache(), scheduler, drift, limits).start(jobId, makeTicket());
    expect(done).toMatchObject({ ok: false, code: 'not_started', message: expect.stringContaining('within 0.2 s') });
    expect(readdirSync(folder.tickets)).toEqual([]);
  });

  it('that schtasks refuses leaves no ticket and says what schtasks said', async () => {
    const { folder, scheduler } = await makeHost();
    const done = await new HostWork(folder, registeredCache(), scheduler, drift, limits).start(jobId, makeTicket());
    expect(done).toMatchObject({ ok: false, code: 'start_failed', message: expect.stringContaining('ERROR:') });
    expect(readdirSync(folder.tickets)).toEqual([]);
  });
});

describe('a start', () => {
  it('of a job that is not registered is refused', async () => {
    const work = new HostWork(makeAgentFolder(), new MemoryDesiredCache(), new MemoryScheduler(), drift, limits);
    expect(await work.start(jobId, makeTicket())).toMatchObject({ ok: false, code: 'not_registered' });
  });

  it('waits for the definition it has overtaken', async () => {
    const folder = makeAgentFolder();
    const cache = new MemoryDesiredCache();
    const scheduler = new MemoryScheduler(() => takeTicket(folder.tickets, jobId));
    await scheduler.register(path, task('x', ''));
    const done = new HostWork(folder, cache, scheduler, drift, patient).start(jobId, makeTicket());
    cache.storeRegistered(registeredCache().registered());
    expect(await done).toEqual({ ok: true });
  });
});

describe('a repair', () => {
  it('of a job that is not registered is refused; of another one it is the drift watch’s, with its command', async () => {
    const nothing = new HostWork(makeAgentFolder(), new MemoryDesiredCache(), new MemoryScheduler(), drift, limits);
    expect(await nothing.repair(jobId, 'c')).toMatchObject({ ok: false, code: 'not_registered' });
    expect(putBack).toEqual([]);
    const work = new HostWork(makeAgentFolder(), registeredCache(), new MemoryScheduler(), drift, limits);
    expect(await work.repair(jobId, 'c')).toEqual({ ok: true, outcome: 'repaired' });
    expect(putBack).toEqual([`${jobId} c`]);
  });
});

describe('a runner with a ticket', () => {
  /** A host whose Task Scheduler starts this in place of a runner. */
  async function makeHost(runner: (ticketFile: string) => void) {
    const folder = makeAgentFolder();
    const scheduler = new MemoryScheduler(() => runner(ticketFileOf(folder.tickets, jobId)));
    await scheduler.register(path, task('x', ''));
    return { folder, work: new HostWork(folder, registeredCache(), scheduler, drift, patient) };
  }

  it('that ended before its run was on record leaves the outcome unknown', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const { folder, work } = await makeHost((file) => renameSync(file, `${file}.${pid}.claimed`));
    const done = await work.start(jobId, makeTicket());
    expect(done).toMatchObject({ ok: false, isUnknown: true, code: 'runner_died' });
    expect(readdirSync(folder.tickets)).toEqual([]);
  });

  it('is waited for until its run is on record', async () => {
    let held: ReturnType<typeof holdTicket>;
    const { folder, work } = await makeHost(() => {
      held = holdTicket(folder.tickets, jobId);
    });
    let isOver = false;
    const ticket = makeTicket();
    const done = work.start(jobId, ticket).finally(() => {
      isOver = true;
    });
    await waitUntil(() => held !== undefined, 'the ticket to be held');
    expect(held?.ticket).toEqual(ticket);
    expect(ticketHolders(folder.tickets, jobId)).toEqual([process.pid]);
    expect(isOver).toBe(false);
    held?.release();
    expect(await done).toEqual({ ok: true });
  });
});

describe('an agent that starts', () => {
  it('takes away the orders of one that died, so that no later start carries them out', () => {
    const folder = makeAgentFolder();
    leaveTicket(folder.tickets, jobId, makeTicket());
    new HostWork(folder, registeredCache(), new MemoryScheduler(), drift, limits);
    expect(takeTicket(folder.tickets, jobId)).toBeUndefined();
    expect(readdirSync(folder.tickets)).toEqual([]);
  });
});

describe('a stop', () => {
  it('of a run that is not under way is refused', async () => {
    const work = new HostWork(makeAgentFolder(), registeredCache(), new MemoryScheduler(), drift, limits);
    expect(await work.stop(newId())).toMatchObject({ ok: false, code: 'not_running' });
  });

  it('is done when the runner has come to its end', async () => {
    const folder = makeAgentFolder();
    const identity = identityOf(makeEvent());
    writeRunning(folder.running, { identity, pid: process.pid, encoding: 'auto' });
    const done = new HostWork(folder, registeredCache(), new MemoryScheduler(), drift, patient).stop(identity.runId);
    await waitUntil(() => existsSync(stopFileOf(folder.stops, identity.runId)), 'the order');
    removeRunning(folder.running, identity.runId);
    expect(await done).toEqual({ ok: true });
  });

  it('that the run does not obey says so', async () => {
    const folder = makeAgentFolder();
    const identity = identityOf(makeEvent());
    writeRunning(folder.running, { identity, pid: process.pid, encoding: 'auto' });
    const done = await new HostWork(folder, registeredCache(), new MemoryScheduler(), drift, limits).stop(
      identity.runId,
    );
    expect(done).toMatchObject({ ok: false, code: 'still_running' });
  });
});
