import type { TaskChanged } from '@carillon/contract/agent/task-events';
import type { Manifest } from '@carillon/core/job/job-spec';
import type { TaskTouch } from '@carillon/core/starts/task-touches';
import { describe, expect, it } from 'vitest';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchedulerError } from '../scheduler/task-scheduler.js';
import { MemoryDesiredCache, type RegisteredJob } from '../state/desired-cache.js';
import { applyDesired } from '../sync/apply-desired.js';
import { entryOf, makeManifest, signer, signManifest } from '../testing/samples.js';
import { transientDriftMemory } from './drift-memory.js';
import { DriftWatch } from './drift-watch.js';

const path = '\\carillon\\sample';

class FragileScheduler extends MemoryScheduler {
  broken: SchedulerError | undefined;

  override async register(...[at, definition]: Parameters<MemoryScheduler['register']>) {
    if (this.broken) throw this.broken;
    return super.register(at, definition);
  }
}

async function makeHost(change: Partial<Manifest> = {}) {
  const scheduler = new FragileScheduler();
  const cache = new MemoryDesiredCache();
  const facts = {
    hostTimezone: 'UTC',
    runner: { command: 'carillon', arguments: ['run'] },
    signerKeys: [signer.publicKey],
    agentId: 'agent-1',
    hostName: 'here',
  };
  let rev = 0;
  const apply = async (...manifests: Manifest[]) => {
    rev += 1;
    const received = new Map(manifests.map((each) => [entryOf(each).manifestHash, signManifest(each)]));
    const wanted = { rev, entries: manifests.map(entryOf) };
    const lookBefore = (job: RegisteredJob) => watch().lookAt(job);
    await applyDesired(wanted, received, facts, { scheduler, cache, storeScript: () => undefined, lookBefore });
  };
  const reported: TaskChanged[] = [];
  const asked: string[] = [];
  let touch: TaskTouch | null = null;
  const touchedBy = (account: string | null) => {
    touch = { id: 140, atMs: Date.parse('2026-11-26T02:00:00Z'), account, isOwn: false };
  };
  const quiet = { info: () => undefined, warn: () => undefined };
  const memory = transientDriftMemory();
  const watch = () =>
    new DriftWatch({
      scheduler,
      cache,
      memory,
      facts: () => facts,
      exclusively: (act) => act(),
      report: (event) => void reported.push(event),
      whoChanged: async (at, found) => {
        asked.push(`${at} ${found}`);
        return touch;
      },
      log: quiet,
    });
  const manifest = makeManifest(change);
  await apply(manifest);
  const edit = (settings: Record<string, unknown>) => {
    const task = scheduler.tasks.get(path)!;
    scheduler.tasks.set(path, { ...task, settings: { ...task.settings, ...settings } });
  };
  const enabled = () => scheduler.tasks.get(path)?.settings.enabled;
  return {
    scheduler,
    cache,
    manifest,
    apply,
    edit,
    enabled,
    watch,
    reported,
    asked,
    touchedBy,
    look: () => watch().look(),
  };
}

describe('a task that is as it should be', () => {
  it('is nothing to speak of', async () => {
    const host = await makeHost();
    await host.look();
    expect(host.reported).toEqual([]);
  });
});

describe('a task that somebody changed', () => {
  it.each([
    ['edited', { priority: 9 }, [expect.stringMatching(/priority: wanted .*5.*, found .*9/)]],
    ['disabled', { enabled: false }, [expect.stringContaining('settings.enabled')]],
  ] as const)('%s: it is put right and told', async (found, settings, differences) => {
    const host = await makeHost();
    const before = host.scheduler.tasks.get(path);
    host.edit(settings);
    await host.look();
    const { jobId } = host.manifest;
    const told = {
      definitionHash: expect.any(String),
      definition: expect.any(String),
      comparedWith: expect.any(Object),
    };
    expect(host.reported).toEqual([
      { kind: 'task.changed', jobId, version: 1, state: 'repaired', found, differences, message: null, ...told },
    ]);
    expect(host.scheduler.tasks.get(path)).toEqual(before);
    await host.look();
    expect(host.reported).toHaveLength(1);
  });

  it('is told with its definition as it was found, the same one once', async () => {
    const host = await makeHost();
    const watch = host.watch();
    for (const priority of [9, 9, 8]) {
      host.edit({ priority });
      await watch.look();
    }
    const [first, again, other] = host.reported;
    expect(first).toMatchObject({
      definition: expect.stringContaining('<Priority>9</Priority>'),
      comparedWith: { timezone: 'UTC', runner: { command: 'carillon', arguments: ['run'] }, sids: {} },
    });
    expect(first?.definitionHash).toBe(again?.definitionHash);
    expect(again).not.toHaveProperty('definition');
    expect(other).toMatchObject({ definition: expect.stringContaining('<Priority>8</Priority>') });
  });

  it('is told without a definition that is too long to travel', async () => {
    const host = await makeHost({ onDrift: 'adopt' });
    const task = host.scheduler.tasks.get(path)!;
    host.scheduler.tasks.set(path, { ...task, registrationInfo: { description: 'x'.repeat(70_000) } });
    await host.look();
    expect(host.reported).toMatchObject([{ state: 'drifted', definition: null }]);
  });

  it('is left where the centre adopts it, and told before a newer version goes over it', async () => {
    const host = await makeHost({ onDrift: 'adopt' });
    host.edit({ enabled: false });
    const watch = host.watch();
    await watch.look();
    expect(host.enabled()).toBe(false);
    host.edit({ enabled: true, startWhenAvailable: true });
    await host.apply({ ...host.manifest, version: 2 });
    expect(host.reported).toMatchObject([
      { state: 'drifted', found: 'disabled', version: 1 },
      { state: 'drifted', found: 'edited', version: 1, definition: expect.stringContaining('StartWhenAvailable>true') },
    ]);
  });

  it('is told with who did it and when, where the host knows', async () => {
    const host = await makeHost({ onDrift: 'report' });
    host.touchedBy('CORP\\anna');
    host.edit({ priority: 9 });
    await host.look();
    await host.look();
    expect(host.reported).toMatchObject([{ changedAt: '2026-11-26T02:00:00.000Z', changedBy: 'CORP\\anna' }]);
    expect(host.asked).toEqual(['\\Carillon\\sample edited']);
    host.touchedBy(null);
    host.edit({ priority: 8 });
    await host.look();
    expect(host.reported[1]).not.toHaveProperty('changedBy');
  });

  it('is compared with what the job says of this host', async () => {
    const host = await makeHost({ overrides: [{ hosts: ['HERE'], runAs: 'local-service' }] });
    expect(host.scheduler.tasks.get(path)?.principals[0]?.userId).toBe('S-1-5-19');
    await host.look();
    expect(host.reported).toEqual([]);
    host.edit({ priority: 9 });
    await host.look();
    expect(host.scheduler.tasks.get(path)?.principals[0]?.userId).toBe('S-1-5-19');
  });

  it('deleted: it comes back', async () => {
    const host = await makeHost();
    host.scheduler.tasks.clear();
    await host.look();
    expect(host.reported).toMatchObject([{ state: 'repaired', found: 'deleted', differences: [] }]);
    expect(host.scheduler.tasks.has(path)).toBe(true);
  });

  it('is left alone where the job says so, and told once', async () => {
    const host = await makeHost({ onDrift: 'report' });
    host.edit({ enabled: false });
    await host.look();
    await host.look();
    expect(host.reported).toMatchObject([{ state: 'drifted', found: 'disabled' }]);
    expect(host.enabled()).toBe(false);
    host.edit({ enabled: false, priority: 9 });
    await host.look();
    expect(host.reported).toMatchObject([{}, { state: 'drifted', found: 'edited' }]);
    host.edit({ enabled: true, priority: 5 });
    await host.look();
    await host.look();
    expect(host.reported.slice(2)).toMatchObject([{ state: 'restored', found: null, differences: [] }]);
  });

  it('cannot be put right: it is told why, once, and tried again', async () => {
    const host = await makeHost();
    host.scheduler.tasks.clear();
    host.scheduler.broken = new SchedulerError('register_failed', 'Access is denied.');
    await host.look();
    await host.look();
    expect(host.reported).toMatchObject([{ state: 'drifted', found: 'deleted', message: 'Access is denied.' }]);
    host.scheduler.broken = undefined;
    await host.look();
    expect(host.reported.slice(1)).toMatchObject([{ state: 'repaired', found: 'deleted' }]);
  });

  it('is another matter in a new version of its job', async () => {
    const host = await makeHost({ onDrift: 'report' });
    host.edit({ enabled: false });
    await host.look();
    await host.apply({ ...host.manifest, version: 2 });
    await host.look();
    expect(host.reported).toHaveLength(1);
    host.edit({ enabled: false });
    await host.look();
    expect(host.reported[1]).toMatchObject({ state: 'drifted', version: 2 });
  });
});

describe('a look', () => {
  it('that one task spoils goes on with the others', async () => {
    const host = await makeHost({ name: 'a' });
    await host.apply(host.manifest, makeManifest({ name: 'b' }));
    const find = host.scheduler.find.bind(host.scheduler);
    host.scheduler.find = async (at) => {
      if (at === '\\Carillon\\a') throw new SchedulerError('read_failed', 'no');
      return find(at);
    };
    host.scheduler.tasks.delete('\\carillon\\b');
    await host.look();
    expect(host.reported).toMatchObject([{ found: 'deleted' }]);
  });

  it('leaves tasks alone that were taken off the host meanwhile', async () => {
    const host = await makeHost();
    host.scheduler.tasks.clear();
    const registered = host.cache.registered();
    host.cache.registered = () => {
      host.cache.registered = () => ({ ...registered, jobs: [] });
      return registered;
    };
    await host.look();
    expect(host.reported).toEqual([]);
    expect(host.scheduler.tasks.size).toBe(0);
  });
});
