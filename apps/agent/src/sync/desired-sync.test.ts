import type { Body } from '@carillon/contract/agent/catalog';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchedulerError } from '../scheduler/task-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { entryOf, makeDesiredState, makeIndex, makeManifest, signer, signManifest } from '../testing/samples.js';
import type { ApplyPorts, ApplyStatus } from './apply-desired.js';
import { DesiredSync } from './desired-sync.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const agentId = newId();
const pointOf = (rev: number, manifests: readonly Manifest[]) => ({ rev, hash: desiredHash(manifests.map(entryOf)) });
const nothing = pointOf(0, []);

class BrokenScheduler extends MemoryScheduler {
  broken = false;
  attempts = 0;

  override register(...args: Parameters<MemoryScheduler['register']>) {
    this.attempts += 1;
    if (this.broken) return Promise.reject(new SchedulerError('register_failed', 'ERROR: no'));
    return super.register(...args);
  }
}

function makeSync(
  cache = new MemoryDesiredCache(),
  signerKeys = [signer.publicKey],
  storePause?: ApplyPorts['storePause'],
) {
  const scheduler = new BrokenScheduler();
  const facts = () => ({ hostTimezone: 'UTC', runner: { command: 'carillon', arguments: [] }, signerKeys, agentId });
  const sync = new DesiredSync(
    agentId,
    facts,
    { scheduler, cache, storeScript: () => undefined, ...(storePause ? { storePause } : {}) },
    silentLog,
  );
  const gets: Body<'desired.get'>[] = [];
  const statuses: ApplyStatus[] = [];
  const link = {
    get: (body: Body<'desired.get'>) => gets.push(body),
    status: (body: ApplyStatus) => statuses.push(body),
  };
  return { sync, scheduler, cache, gets, statuses, link, settle: () => vi.advanceTimersByTimeAsync(0) };
}

describe('a session', () => {
  it('asks when the points differ, once, and tells how it went', async () => {
    const { sync, gets, statuses, link, settle, scheduler } = makeSync();
    const job = makeManifest();
    sync.attach(link, pointOf(1, [job]));
    sync.onPoint(pointOf(1, [job]));
    expect(gets).toEqual([{ rev: 0, haveManifests: [] }]);
    sync.onState(makeDesiredState(agentId, 1, [job]));
    await settle();
    expect(scheduler.tasks.size).toBe(1);
    expect(statuses).toEqual([
      {
        rev: 1,
        jobs: [{ jobId: job.jobId, version: 1, state: 'applied' }],
        observedHash: pointOf(1, [job]).hash,
      },
    ]);
    expect(sync.wanted).toEqual(pointOf(1, [job]));
    sync.onPoint(pointOf(1, [job]));
    expect(gets).toHaveLength(1);
  });

  it('asks again after one that was lost, and names what it has', async () => {
    const { sync, gets, link, settle } = makeSync();
    const [a, b] = [makeManifest({ name: 'a' }), makeManifest({ name: 'b' })];
    sync.attach(link, pointOf(1, [a]));
    sync.onState(makeDesiredState(agentId, 1, [a]));
    await settle();
    sync.onPoint(pointOf(2, [a, b]));
    sync.detach();
    sync.onPoint(pointOf(2, [a, b]));
    sync.attach(link, pointOf(2, [a, b]));
    expect(gets.slice(1)).toEqual(Array(2).fill({ rev: 1, haveManifests: [entryOf(a).manifestHash] }));
  });

  it('tells again how things stand, as the last report may have been lost', async () => {
    const { sync, statuses, gets, link, settle, scheduler } = makeSync();
    const job = makeManifest();
    sync.onState(makeDesiredState(agentId, 1, [job]));
    await settle();
    expect(statuses).toEqual([]);
    sync.attach(link, pointOf(1, [job]));
    await settle();
    expect(statuses).toMatchObject([{ rev: 1, jobs: [{ state: 'applied' }] }]);
    expect([gets.length, scheduler.attempts]).toEqual([0, 1]);
  });

  it('splits a long report', async () => {
    const { sync, statuses, link, settle } = makeSync();
    const jobs = Array.from({ length: 501 }, (_, index) => makeManifest({ name: `job-${index}` }));
    sync.attach(link, nothing);
    await settle();
    sync.onState(makeDesiredState(agentId, 1, jobs));
    await settle();
    expect(statuses.slice(1).map((status) => status.jobs.length)).toEqual([500, 1]);
  });
});

describe('a state in pages', () => {
  const jobs = ['a', 'b', 'c'].map((name) => makeManifest({ name }));
  const whole = makeDesiredState(agentId, 1, jobs);
  const pages = whole.manifests.map((manifest, index) => ({
    ...whole,
    manifests: [manifest],
    page: index + 1,
    pages: 3,
  }));

  it('is acted on after the last', async () => {
    const { sync, scheduler, settle } = makeSync();
    for (const page of pages) {
      expect(scheduler.tasks.size).toBe(0);
      sync.onState(page);
      await settle();
    }
    expect(scheduler.tasks.size).toBe(3);
  });

  it('of which one is missing is not acted on, and is asked for again', async () => {
    const { sync, scheduler, gets, link, settle } = makeSync();
    sync.attach(link, pointOf(1, jobs));
    for (const index of [0, 2]) sync.onState(pages[index]!);
    await settle();
    expect(scheduler.tasks.size).toBe(0);
    sync.onPoint(pointOf(1, jobs));
    expect(gets).toHaveLength(2);
  });

  it('that begins anew forgets the pages before', async () => {
    const { sync, scheduler, settle } = makeSync();
    sync.onState(pages[0]!);
    sync.onState(pages[1]!);
    for (const page of pages) sync.onState(page);
    await settle();
    expect(scheduler.tasks.size).toBe(3);
  });
});

describe('what cannot be registered', () => {
  it('is tried again, slower each time, until it works', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { sync, scheduler, statuses, link, settle } = makeSync();
    scheduler.broken = true;
    const job = makeManifest();
    sync.attach(link, pointOf(1, [job]));
    sync.onState(makeDesiredState(agentId, 1, [job]));
    await settle();
    expect(statuses.at(-1)?.jobs[0]).toMatchObject({ state: 'failed' });
    for (const waitMs of [15_000, 30_000, 60_000]) {
      const before = scheduler.attempts;
      await vi.advanceTimersByTimeAsync(waitMs - 1);
      expect(scheduler.attempts).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(scheduler.attempts).toBe(before + 1);
    }
    scheduler.broken = false;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(statuses.at(-1)?.jobs[0]).toMatchObject({ state: 'applied' });
    expect(statuses.at(-1)?.observedHash).toBe(sync.wanted.hash);
    const { attempts } = scheduler;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(scheduler.attempts).toBe(attempts);
  });

  it('is not tried again after the stop', async () => {
    const { sync, scheduler, settle } = makeSync();
    scheduler.broken = true;
    sync.onState(makeDesiredState(agentId, 1, [makeManifest()]));
    await settle();
    await sync.stop();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(scheduler.attempts).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is waited for by a stop in the middle of it, and not tried again', async () => {
    const { sync, scheduler } = makeSync();
    scheduler.broken = true;
    sync.onState(makeDesiredState(agentId, 1, [makeManifest()]));
    await sync.stop();
    expect([scheduler.attempts, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe('a definition that we said we had', () => {
  it('is had still, though its registration failed meanwhile', async () => {
    const { sync, scheduler, settle } = makeSync();
    const job = makeManifest();
    scheduler.broken = true;
    sync.onState(makeDesiredState(agentId, 1, [job]));
    await settle();
    scheduler.broken = false;
    sync.onState({ ...makeDesiredState(agentId, 2, [job]), manifests: [] });
    await settle();
    expect(scheduler.tasks.size).toBe(1);
  });

  it('and do not have is asked for again', async () => {
    const { sync, gets, statuses, link, settle } = makeSync();
    const job = makeManifest();
    sync.attach(link, pointOf(1, [job]));
    sync.onState({ ...makeDesiredState(agentId, 1, [job]), manifests: [] });
    await settle();
    expect(statuses.at(-1)?.jobs).toMatchObject([{ state: 'rejected', code: 'missing_manifest' }]);
    await vi.advanceTimersByTimeAsync(18_000);
    expect(gets).toHaveLength(2);
    sync.onState(makeDesiredState(agentId, 1, [job]));
    await settle();
    expect(statuses.at(-1)?.jobs).toMatchObject([{ state: 'applied' }]);
  });
});

describe('a state that a full disk does not take', () => {
  it('is asked for again, though its hash is the one that is kept', async () => {
    const { sync, cache, gets, statuses, link, settle } = makeSync();
    const job = makeManifest();
    sync.attach(link, pointOf(1, [job]));
    sync.onState(makeDesiredState(agentId, 1, [job]));
    await settle();
    vi.spyOn(cache, 'storeRegistered').mockImplementationOnce(() => {
      throw new Error('ENOSPC');
    });
    // Another job came and went.
    sync.onPoint(pointOf(3, [job]));
    sync.onState(makeDesiredState(agentId, 3, [job]));
    await settle();
    const before = [gets.length, statuses.length];
    await vi.advanceTimersByTimeAsync(18_000);
    expect(gets).toHaveLength((before[0] ?? 0) + 1);
    sync.onState(makeDesiredState(agentId, 3, [job]));
    await settle();
    expect(statuses.at(-1)).toMatchObject({ rev: 3, jobs: [{ state: 'applied' }] });
  });
});

describe('what is not believed', () => {
  it.each([
    ['from a stranger', makeDesiredState(agentId, 1, [makeManifest()]), [makeKeyPair().publicKey]],
    ['for another host', makeDesiredState(newId(), 1, [makeManifest()]), [signer.publicKey]],
    ['that is no JSON', { ...makeDesiredState(agentId, 1, []), index: '{' }, [signer.publicKey]],
  ])('a state %s changes nothing, and the next one is taken', async (_what, state, keys) => {
    const { sync, scheduler, statuses, link, settle } = makeSync(undefined, keys);
    sync.attach(link, pointOf(1, []));
    sync.onState(state);
    await settle();
    expect([scheduler.tasks.size, statuses.length, sync.wanted]).toEqual([0, 0, nothing]);
  });
});

describe('a start', () => {
  it('finishes what was begun, without a connection', async () => {
    const cache = new MemoryDesiredCache();
    const job = makeManifest();
    cache.store(job.jobId, signManifest(job));
    cache.storeRegistered({ rev: 3, wanted: [entryOf(job)], jobs: [] });
    const { sync, scheduler, settle } = makeSync(cache);
    sync.start();
    await settle();
    expect(scheduler.tasks.size).toBe(1);
    expect(sync.observedHash).toBe(sync.wanted.hash);
  });

  it('asks for definitions that a crash has lost', async () => {
    const cache = new MemoryDesiredCache();
    const job = makeManifest();
    cache.storeRegistered({ rev: 3, wanted: [entryOf(job)], jobs: [] });
    const { sync, gets, link, settle } = makeSync(cache);
    sync.start();
    await settle();
    sync.attach(link, pointOf(3, [job]));
    expect(gets).toHaveLength(1);
    sync.onState(makeDesiredState(agentId, 3, [job]));
    await settle();
    expect(sync.observedHash).toBe(sync.wanted.hash);
  });
});

describe('a pause in the desired state', () => {
  const pause = { id: newId(), from: '2026-11-28T01:00:00.000Z', until: '2026-11-28T05:00:00.000Z' };
  const told = { ...pause, afterwards: 'skip' as const, by: 'Ann', reason: '' };
  const kept = { id: told.id, afterwards: told.afterwards, by: 'Ann', reason: '' };
  const asKept = { ...kept, fromMs: Date.parse(told.from), untilMs: Date.parse(told.until) };
  const stateWith = (rev: number, manifests: Manifest[]) => {
    const entries = manifests.map(entryOf);
    const index = JSON.parse(makeIndex(agentId, rev, entries, desiredHash(entries, asKept))) as object;
    return makeDesiredState(agentId, rev, manifests, canonicalJson({ ...index, pause: told } as unknown as Json));
  };

  it('reaches the runners and is part of what both sides compare', async () => {
    const stored: unknown[] = [];
    const { sync, statuses, link, settle, cache } = makeSync(undefined, undefined, (is) => stored.push(is));
    const job = makeManifest();
    const hash = desiredHash([entryOf(job)], asKept);
    sync.attach(link, { rev: 1, hash });
    sync.onState(stateWith(1, [job]));
    await settle();
    expect(stored).toEqual([asKept]);
    expect(cache.registered().pause).toEqual(asKept);
    expect(sync.wanted).toEqual({ rev: 1, hash });
    expect(statuses.at(-1)?.observedHash).toBe(hash);
    sync.onState(makeDesiredState(agentId, 2, [job]));
    await settle();
    expect(stored.at(-1)).toBeUndefined();
    expect(sync.wanted).toEqual(pointOf(2, [job]));
  });

  it('that the hash does not say is refused with its index', async () => {
    const { sync, settle } = makeSync();
    const index = JSON.parse(makeIndex(agentId, 1, [])) as object;
    sync.onState(makeDesiredState(agentId, 1, [], canonicalJson({ ...index, pause: told } as unknown as Json)));
    await settle();
    expect(sync.wanted).toEqual(nothing);
  });
});
