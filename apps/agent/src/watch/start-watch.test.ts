import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartFailed } from '@carillon/contract/agent/host-events';
import type { Manifest } from '@carillon/core/job/job-spec';
import { historyChannel } from '@carillon/wintask/history/task-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../lib/new-id.js';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import { type HistoryStatus, WevtutilHistory } from '../scheduler/task-history.js';
import { lastStartsOf } from '../scheduler/task-listing.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import type { UnnumberedEvent } from '../state/event-log.js';
import { applyDesired } from '../sync/apply-desired.js';
import {
  buildEmulator,
  emulatedSchtasks,
  emulatedWevtutil,
  startEmulatedService,
} from '../testing/emulated-scheduler.js';
import { entryOf, makeManifest, signer, signManifest } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { fileHistoryMemory } from './history-memory.js';
import { StartWatch } from './start-watch.js';

beforeAll(buildEmulator, 120_000);

const agentId = newId();

/** A host with an emulated Task Scheduler; what its agent reads is real. */
async function makeHost() {
  const store = makeTempFolder();
  const scheduler = new SchtasksScheduler(emulatedSchtasks(store), makeTempFolder());
  const [program = '', ...first] = emulatedWevtutil(store);
  const history = new WevtutilHistory(emulatedWevtutil(store), undefined);
  const cache = new MemoryDesiredCache();
  const facts = { hostTimezone: 'UTC', runner: { command: process.execPath, arguments: ['-e', '0'] }, agentId };
  const memory = fileHistoryMemory(join(makeTempFolder(), 'history.json'));
  const log = { info: () => undefined, warn: () => undefined };
  const reported: UnnumberedEvent[] = [];
  const statuses: HistoryStatus[] = [];
  let crash = false;
  const lastStart = new Map<string, number>();
  let rev = 0;
  const ports = {
    history,
    cache,
    memory: {
      load: memory.load,
      store: (place: Parameters<typeof memory.store>[0]) => {
        if (crash && reported.length > 0) throw new Error('power cut');
        memory.store(place);
      },
    },
    // Failures are told whole some seconds after their last record.
    facts: () => ({ agentId, hostTimezone: 'UTC', nowMs: Date.now() + 60_000 }),
    lastStartMs: (jobId: string) => lastStart.get(jobId) ?? null,
    lastStarts: async () => lastStartsOf(await scheduler.listing(), 'UTC'),
    isOwn: () => false,
    report: (event: UnnumberedEvent) => void reported.push(event),
    reportStatus: (status: HistoryStatus) => void statuses.push(status),
    log,
  };
  return {
    scheduler,
    reported,
    statuses,
    lastStart,
    wevtutil: (...args: string[]) => execFileSync(program, [...first, ...args]),
    refuse: (account: string) => writeFileSync(join(store, 'accounts.json'), JSON.stringify({ [account]: 0x8007052e })),
    crashing: (does: boolean) => {
      crash = does;
    },
    /** As by an agent that has just started. */
    newWatch: () => new StartWatch(ports),
    begin: () => startEmulatedService(store),
    register: async (change: Partial<Manifest>, runner = facts.runner) => {
      rev += 1;
      const manifest = makeManifest({ name: `job-${rev}`, ...change });
      const received = new Map([[entryOf(manifest).manifestHash, signManifest(manifest)]]);
      await applyDesired(
        { rev, entries: [entryOf(manifest)] },
        received,
        { ...facts, runner, signerKeys: [signer.publicKey] },
        { scheduler, cache, storeScript: () => undefined },
      );
      return { manifest, path: `\\Carillon\\${manifest.name}` };
    },
    told: async (id: number) =>
      waitUntil(() => {
        const text = execFileSync(program, [...first, 'qe', historyChannel]).toString('utf16le');
        return text.includes(`<EventID>${id}</EventID>`);
      }, `record ${id}`),
  };
}

const failedOf = (events: readonly UnnumberedEvent[]) => events.map(({ data }) => data as StartFailed);

describe('a watch of starts', () => {
  it('tells once why an account could not log on, whatever happens to the agent', async () => {
    const host = await makeHost();
    const { manifest, path } = await host.register({ runAs: 'local-service' });
    await host.begin();
    await host.newWatch().look();
    host.refuse('S-1-5-19');
    await host.scheduler.start(path);
    await host.told(101);

    // 1. The power goes after the event went out and before the place in the log was kept.
    host.crashing(true);
    await host.newWatch().look();
    host.crashing(false);
    await host.newWatch().look();
    await host.newWatch().look();

    expect(host.reported).toHaveLength(2);
    expect(host.reported[1]).toEqual(host.reported[0]);
    expect(failedOf(host.reported)[0]).toMatchObject({
      kind: 'start.failed',
      jobId: manifest.jobId,
      cause: 'logon_failed',
      resultCode: 0x8007052e,
      account: 'S-1-5-19',
      trigger: 'local',
      records: [101, 104],
    });
    expect(host.statuses).toEqual([{ state: 'on', message: null }]);
  });

  it('tells a runner that is not there, and one that ends without a word; a run is its own witness', async () => {
    const host = await makeHost();
    await host.begin();
    const watch = host.newWatch();
    await watch.look();
    const gone = await host.register({}, { command: '/nowhere/carillon-agent', arguments: [] });
    await host.scheduler.start(gone.path);
    await host.told(203);
    await watch.look();
    const mute = await host.register({}, { command: process.execPath, arguments: ['-e', 'process.exit(3)'] });
    await host.scheduler.start(mute.path);
    await host.told(201);
    host.lastStart.set(mute.manifest.jobId, Date.now());
    await watch.look();
    expect(failedOf(host.reported)).toMatchObject([
      { cause: 'launch_failed', resultCode: 0x80070002, jobId: gone.manifest.jobId },
    ]);
    host.lastStart.clear();
    await host.scheduler.start(mute.path);
    await waitUntil(() => host.wevtutil('qe', historyChannel).toString('utf16le').split('>201<').length > 2, 'its end');
    await watch.look();
    expect(failedOf(host.reported)[1]).toMatchObject({ cause: 'runner_failed', resultCode: 3 });
  });

  it('says once that the log is off, and what to type; and that it is on again', async () => {
    const host = await makeHost();
    host.wevtutil('sl', historyChannel, '/e:false');
    await host.newWatch().look();
    await host.newWatch().look();
    expect(host.statuses).toEqual([
      { state: 'off', message: `to switch it on: wevtutil sl ${historyChannel} /e:true` },
    ]);
    host.wevtutil('sl', historyChannel, '/e:true');
    await host.newWatch().look();
    expect(host.statuses[1]).toEqual({ state: 'on', message: null });
  });

  it('reads last results where the log is off, and tells each once', async () => {
    const host = await makeHost();
    host.wevtutil('sl', historyChannel, '/e:false');
    const { manifest, path } = await host.register({ runAs: 'local-service' });
    host.refuse('S-1-5-19');
    await host.begin();
    await host.scheduler.start(path);
    await vi.waitFor(
      async () => {
        const { rows } = await host.scheduler.listing();
        expect(rows.find((row) => row.path === path)?.lastResult).toBe(0x8007052e | 0);
      },
      { timeout: 20_000 },
    );
    await host.newWatch().look();
    await host.newWatch().look();
    expect(failedOf(host.reported)).toMatchObject([
      { jobId: manifest.jobId, cause: 'logon_failed', resultCode: 0x8007052e, records: [] },
    ]);
  });

  it('says that the log cannot be read', async () => {
    const broken = new WevtutilHistory(
      [process.execPath, '-e', 'console.error("Access is denied."); process.exit(5)'],
      undefined,
    );
    expect(await broken.status()).toEqual({ state: 'unreadable', message: 'wevtutil: Access is denied.' });
    expect(await new WevtutilHistory(['/nowhere/wevtutil'], undefined).status()).toMatchObject({ state: 'unreadable' });
  });

  it('starts over in a log that was emptied', async () => {
    const host = await makeHost();
    const { path } = await host.register({ runAs: 'local-service' });
    host.refuse('S-1-5-19');
    await host.begin();
    for (let count = 0; count < 5; count++) await host.scheduler.setEnabled(path, true);
    await host.newWatch().look();
    host.wevtutil('cl', historyChannel);
    await host.scheduler.start(path);
    await host.told(101);
    // Three records now, six before: their numbers stand for what was read already.
    await host.newWatch().look();
    expect(failedOf(host.reported)).toMatchObject([{ cause: 'logon_failed' }]);
  });
});
