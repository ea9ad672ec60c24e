import type { TaskChanged } from '@carillon/contract/agent/task-events';
import { judgeDrift } from '@carillon/core/desired/drift';
import { onHost } from '@carillon/core/job/host-overrides';
import type { Manifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchedulerError } from '../scheduler/task-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { applyDesired } from '../sync/apply-desired.js';
import { entryOf, makeManifest, signer, signManifest } from '../testing/samples.js';
import { transientDriftMemory } from './drift-memory.js';
import { DriftWatch } from './drift-watch.js';

const path = '\\carillon\\sample';

class WatchedScheduler extends MemoryScheduler {
  registrations = 0;
  broken: SchedulerError | undefined;

  override async register(...[at, definition]: Parameters<MemoryScheduler['register']>) {
    if (this.broken) throw this.broken;
    this.registrations += 1;
    return super.register(at, definition);
  }
}

const facts = {
  hostTimezone: 'UTC',
  runner: { command: 'carillon', arguments: ['run'] },
  signerKeys: [signer.publicKey],
  agentId: 'agent-1',
  hostName: 'here',
};

/** A host with one job, whose agent may die at any time. */
async function makeHost(change: Partial<Manifest> = {}) {
  const scheduler = new WatchedScheduler();
  const cache = new MemoryDesiredCache();
  const memory = transientDriftMemory();
  const reported: TaskChanged[] = [];
  let manifest = makeManifest({ onDrift: 'report', ...change });
  let dies = false;
  /** Of an agent that has just started. */
  const newWatch = () =>
    new DriftWatch({
      scheduler,
      cache,
      memory,
      facts: () => facts,
      exclusively: (act) => act(),
      report: (event) => {
        if (dies) throw new Error('the agent was killed');
        reported.push(event);
      },
      log: { info: () => undefined, warn: () => undefined },
    });
  let watch = newWatch();
  let rev = 0;
  const apply = async (next: Manifest) => {
    manifest = next;
    rev += 1;
    const received = new Map([[entryOf(next).manifestHash, signManifest(next)]]);
    const wanted = { rev, entries: [entryOf(next)] };
    await applyDesired(wanted, received, facts, { scheduler, cache, storeScript: () => undefined });
  };
  await apply(manifest);
  const set = (settings: Record<string, unknown>) => {
    const task = scheduler.tasks.get(path);
    if (task) scheduler.tasks.set(path, { ...task, settings: { ...task.settings, ...settings } });
  };
  const differs = async () => {
    const task = taskForJob(onHost(manifest, facts.hostName), facts);
    if (!task.ok) throw new Error('not registrable');
    return judgeDrift(task.value.definition, await scheduler.find('\\Carillon\\sample'));
  };
  let commands = 0;
  const repair = () => watch.putBack(manifest.jobId, `command ${++commands}`);
  const acts = {
    edit: async () => set({ priority: 9 }),
    disable: async () => set({ enabled: false }),
    delete: async () => void scheduler.tasks.delete(path),
    byHand: async () => set({ priority: 5, enabled: true }),
    look: () => watch.look(),
    newVersion: () => apply({ ...manifest, version: manifest.version + 1 }),
    repair,
    /** Killed after the task was registered and before anybody was told; it starts again. */
    dieRepairing: async () => {
      dies = true;
      await repair().catch(() => undefined);
      dies = false;
      watch = newWatch();
    },
  };
  return { scheduler, cache, reported, set, differs, acts, repair, look: () => watch.look(), manifest: () => manifest };
}

describe('a task that is put back because somebody asks for it', () => {
  it.each([
    ['edited', { priority: 9 }],
    ['disabled', { enabled: false }],
  ] as const)('%s and left: it is as its job says, and told with the command', async (found, settings) => {
    const host = await makeHost();
    host.set(settings);
    await host.look();
    expect(await host.repair()).toEqual({ ok: true, outcome: 'repaired' });
    expect(await host.differs()).toBeNull();
    expect(host.reported).toMatchObject([
      { state: 'drifted', found },
      { state: 'repaired', found, commandId: 'command 1', differences: [expect.any(String)] },
    ]);
    await host.look();
    expect(host.reported).toHaveLength(2);
  });

  it('deleted: it is there again, also before anybody noticed', async () => {
    const host = await makeHost();
    await host.acts.delete();
    expect(await host.repair()).toEqual({ ok: true, outcome: 'repaired' });
    expect(await host.differs()).toBeNull();
    expect(host.reported).toMatchObject([{ state: 'repaired', found: 'deleted' }]);
  });

  it('and is as it should be: nothing is registered, and what was told of it is taken back', async () => {
    const host = await makeHost();
    await host.acts.edit();
    await host.look();
    await host.acts.byHand();
    const before = host.scheduler.registrations;
    expect(await host.repair()).toEqual({ ok: true, outcome: 'as_defined' });
    expect(host.scheduler.registrations).toBe(before);
    expect(host.reported).toMatchObject([{ state: 'drifted' }, { state: 'restored' }]);
  });

  it('and cannot be: the answer says why, and it stays told as it was', async () => {
    const host = await makeHost();
    await host.acts.edit();
    await host.look();
    host.scheduler.broken = new SchedulerError('register_failed', 'Access is denied.');
    expect(await host.repair()).toEqual({ ok: false, code: 'not_repaired', message: 'Access is denied.' });
    await host.look();
    expect(host.reported).toMatchObject([{ state: 'drifted' }]);
  });

  it('and belongs to no job here: it is refused', async () => {
    const host = await makeHost();
    host.cache.storeRegistered({ ...host.cache.registered(), jobs: [] });
    expect(await host.repair()).toMatchObject({ ok: false, code: 'not_registered' });
  });

  it('of a job that waits to be adopted goes back too', async () => {
    const host = await makeHost({ onDrift: 'adopt' });
    await host.acts.disable();
    await host.look();
    expect(await host.repair()).toEqual({ ok: true, outcome: 'repaired' });
    expect(host.scheduler.tasks.get(path)?.settings.enabled).toBe(true);
  });

  it('whatever happened before: after it nothing differs, a second one does nothing, and the centre knows what is true', async () => {
    const act = fc.constantFrom(
      ...(['edit', 'disable', 'delete', 'byHand', 'look', 'newVersion', 'repair', 'dieRepairing'] as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 8 }), fc.boolean(), async (steps, leaves) => {
        const host = await makeHost({ onDrift: leaves ? 'report' : 'repair' });
        for (const step of steps) await host.acts[step]();
        expect((await host.repair()).ok).toBe(true);
        expect(await host.differs()).toBeNull();
        const { registrations } = host.scheduler;
        expect(await host.repair()).toEqual({ ok: true, outcome: 'as_defined' });
        expect(host.scheduler.registrations).toBe(registrations);
        await host.look();
        const last = host.reported.findLast(({ version }) => version === host.manifest().version);
        expect(last?.state).not.toBe('drifted');
      }),
      { numRuns: 60 },
    );
  });
});
