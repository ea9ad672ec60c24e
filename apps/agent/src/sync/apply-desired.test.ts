import { desiredHash } from '@carillon/core/desired/desired-state';
import type { Manifest } from '@carillon/core/job/job-spec';
import { describe, expect, it } from 'vitest';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchedulerError } from '../scheduler/task-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { entryOf, makeManifest, signer, signManifest } from '../testing/samples.js';
import { waitUntil } from '../testing/wait-until.js';
import { applyDesired } from './apply-desired.js';

/** A Task Scheduler that refuses some tasks. */
class PickyScheduler extends MemoryScheduler {
  readonly refused = new Map<string, SchedulerError>();
  readonly differences: string[] = [];

  override async register(...[path, definition]: Parameters<MemoryScheduler['register']>) {
    const refusal = this.refused.get(path);
    if (refusal) throw refusal;
    await super.register(path, definition);
    return this.differences;
  }

  override async remove(path: string) {
    const refusal = this.refused.get(path);
    if (refusal) throw refusal;
    await super.remove(path);
  }
}

function makeHost() {
  const scheduler = new PickyScheduler();
  const cache = new MemoryDesiredCache();
  const scripts = new Map<string, number>();
  const facts = {
    hostTimezone: 'UTC',
    runner: { command: 'carillon', arguments: ['run'] },
    signerKeys: [signer.publicKey],
    agentId: 'agent-1',
  };
  const storeScript = ({ jobId, version }: Manifest) => void scripts.set(jobId, version);
  let rev = 0;
  /** Applies what these definitions make up; what is not `sent` must be known to the host. */
  const apply = (manifests: readonly Manifest[], sent = manifests) => {
    rev += 1;
    const received = new Map(sent.map((each) => [entryOf(each).manifestHash, signManifest(each)]));
    return applyDesired({ rev, entries: manifests.map(entryOf) }, received, facts, { scheduler, cache, storeScript });
  };
  const definedVersion = (jobId: string) =>
    (JSON.parse(cache.byJob.get(jobId)?.text ?? '{}') as Partial<Manifest>).version;
  return { scheduler, cache, scripts, apply, definedVersion, paths: () => [...scheduler.tasks.keys()].sort() };
}

const refuse = (code: SchedulerError['code'] = 'register_failed') =>
  new SchedulerError(code, 'ERROR: Access is denied.');

describe('a desired state', () => {
  it('is registered, replaced and removed; equal hashes say that all is well', async () => {
    const host = makeHost();
    const [a, b] = [makeManifest({ name: 'a' }), makeManifest({ name: 'b' })];
    const first = await host.apply([a, b]);
    expect(first.jobs.map((job) => job.state)).toEqual(['applied', 'applied']);
    expect(first.observedHash).toBe(desiredHash([a, b].map(entryOf)));
    expect(host.paths()).toEqual(['\\carillon\\a', '\\carillon\\b']);

    const next = { ...a, version: 2 };
    const second = await host.apply([next], [next]);
    expect(second.jobs).toEqual([
      { jobId: b.jobId, version: 1, state: 'removed' },
      { jobId: a.jobId, version: 2, state: 'applied' },
    ]);
    expect(host.paths()).toEqual(['\\carillon\\a']);
    expect(host.cache.byJob.has(b.jobId)).toBe(false);
  });

  it('that was applied is not registered again, but told again', async () => {
    const host = makeHost();
    const a = makeManifest();
    await host.apply([a]);
    host.scheduler.refused.set('\\Carillon\\sample', refuse());
    expect((await host.apply([a], [])).jobs).toEqual([{ jobId: a.jobId, version: 1, state: 'applied' }]);
  });
});

describe('a crash in the middle', () => {
  it('finds what was done on record', async () => {
    const host = makeHost();
    const [gone, first, second] = ['gone', 'first', 'second'].map((name) => makeManifest({ name }));
    await host.apply([gone!]);
    const recorded: string[][] = [];
    const register = host.scheduler.register.bind(host.scheduler);
    host.scheduler.register = (path, definition) => {
      recorded.push(host.cache.registered().jobs.map((job) => job.path));
      return register(path, definition);
    };
    await host.apply([first!, second!]);
    expect(recorded).toEqual([[], ['\\Carillon\\first']]);
  });
});

describe('a job that Task Scheduler refuses', () => {
  it('does not hold up the others, and is told with its reason', async () => {
    const host = makeHost();
    const jobs = ['a', 'b', 'c'].map((name) => makeManifest({ name }));
    host.scheduler.refused.set('\\Carillon\\b', refuse());
    const status = await host.apply(jobs);
    expect(status.jobs.map((job) => [job.state, job.code])).toEqual([
      ['applied', undefined],
      ['failed', 'register_failed'],
      ['applied', undefined],
    ]);
    expect(status.jobs[1]?.message).toBe('ERROR: Access is denied.');
    expect(status.observedHash).not.toBe(desiredHash(jobs.map(entryOf)));

    host.scheduler.refused.clear();
    expect((await host.apply(jobs)).observedHash).toBe(desiredHash(jobs.map(entryOf)));
  });

  it('keeps its old task, and the old definition with it', async () => {
    const host = makeHost();
    const old = makeManifest();
    await host.apply([old]);
    host.scheduler.refused.set('\\Carillon\\sample', refuse());
    await host.apply([{ ...old, version: 2 }]);
    expect(host.definedVersion(old.jobId)).toBe(1);
    expect(host.scripts.get(old.jobId)).toBe(1);
  });

  it('has its new definition when the new task may already be registered', async () => {
    const host = makeHost();
    const old = makeManifest();
    await host.apply([old]);
    host.scheduler.refused.set('\\Carillon\\sample', refuse('read_back_failed'));
    await host.apply([{ ...old, version: 2 }]);
    expect(host.definedVersion(old.jobId)).toBe(2);
  });

  it('stays registered when its removal is refused', async () => {
    const host = makeHost();
    const a = makeManifest();
    await host.apply([a]);
    host.scheduler.refused.set('\\Carillon\\sample', refuse('remove_failed'));
    const status = await host.apply([]);
    expect(status.jobs).toMatchObject([{ jobId: a.jobId, state: 'failed', code: 'remove_failed' }]);
    expect(status.observedHash).toBe(desiredHash([entryOf(a)]));
    expect(host.cache.byJob.has(a.jobId)).toBe(true);
  });

  it('is failed when Task Scheduler holds something else than was asked for', async () => {
    const host = makeHost();
    host.scheduler.differences.push('settings.priority: 7 instead of 5');
    expect((await host.apply([makeManifest()])).jobs).toMatchObject([
      { state: 'failed', code: 'registered_differently', message: 'settings.priority: 7 instead of 5' },
    ]);
  });
});

describe('a job that the agent refuses', () => {
  it('leaves the old definition and task in place', async () => {
    const host = makeHost();
    const old = makeManifest({ version: 5 });
    await host.apply([old]);
    const [rollback, missing] = [{ ...old, version: 4 }, makeManifest({ name: 'missing' })];
    const status = await host.apply([rollback, missing], [rollback]);
    expect(status.jobs.map((job) => [job.state, job.code])).toEqual([
      ['rejected', 'rollback'],
      ['rejected', 'missing_manifest'],
    ]);
    expect(host.definedVersion(old.jobId)).toBe(5);
    expect(host.paths()).toEqual(['\\carillon\\sample']);
  });

  it('because its schedule cannot be held says why', async () => {
    const host = makeHost();
    const broken = makeManifest({ schedule: [{ kind: 'cron', expression: 'never' }] });
    const [job] = (await host.apply([broken])).jobs;
    expect(job).toMatchObject({ state: 'rejected', code: 'unsupported' });
    expect(job?.message).toBeTruthy();
  });
});

describe('names that change hands', () => {
  it('a renamed job leaves no task behind', async () => {
    const host = makeHost();
    const job = makeManifest({ name: 'before' });
    await host.apply([job]);
    await host.apply([{ ...job, version: 2, name: 'after' }]);
    expect(host.paths()).toEqual(['\\carillon\\after']);
  });

  it.each([[0, 1] as const, [1, 0] as const])(
    'a name taken over keeps its new task (order %i %i)',
    async (...order) => {
      const host = makeHost();
      const old = makeManifest({ name: 'x' });
      await host.apply([old]);
      const jobs = [{ ...old, version: 2, name: 'y' }, makeManifest({ name: 'x' })];
      await host.apply(order.map((index) => jobs[index]!));
      expect(host.paths()).toEqual(['\\carillon\\x', '\\carillon\\y']);
    },
  );

  it('two jobs that swap names both have a task', async () => {
    const host = makeHost();
    const [a, b] = [makeManifest({ name: 'x' }), makeManifest({ name: 'y' })];
    await host.apply([a, b]);
    await host.apply([
      { ...a, version: 2, name: 'y' },
      { ...b, version: 2, name: 'x' },
    ]);
    expect(host.paths()).toEqual(['\\carillon\\x', '\\carillon\\y']);
    const owner = (path: string) => host.scheduler.tasks.get(path)?.actions[0];
    expect(owner('\\carillon\\y')).toMatchObject({ arguments: expect.stringContaining(a.jobId) });
    expect(owner('\\carillon\\x')).toMatchObject({ arguments: expect.stringContaining(b.jobId) });
  });

  it('a removal that failed does not take the name from its next owner later', async () => {
    const host = makeHost();
    const [old, heir] = [makeManifest({ name: 'x' }), makeManifest({ name: 'x' })];
    await host.apply([old]);
    const remove = host.scheduler.remove.bind(host.scheduler);
    host.scheduler.remove = () => Promise.reject(refuse('remove_failed'));
    await host.apply([heir]);
    host.scheduler.remove = remove;
    const status = await host.apply([heir]);
    expect(host.paths()).toEqual(['\\carillon\\x']);
    expect(status.observedHash).toBe(desiredHash([entryOf(heir)]));
  });
});

describe('a registration whose end was not seen', () => {
  it('by an agent that died: its task goes when the job is not wanted any more', async () => {
    const host = makeHost();
    const a = makeManifest({ name: 'a' });
    await host.apply([]);
    // The agent dies as soon as the task is there: nothing is noted after that.
    const { register } = host.scheduler;
    host.scheduler.register = async (...args) => {
      await register.apply(host.scheduler, args);
      return new Promise(() => undefined);
    };
    void host.apply([a]);
    await waitUntil(() => host.paths().length > 0, 'the task');
    host.scheduler.register = register;
    await host.apply([]);
    expect(host.paths()).toEqual([]);
    expect(host.cache.registered()).toMatchObject({ jobs: [], begun: [] });
    expect(host.cache.byJob.size).toBe(0);
  });

  it('by Task Scheduler, which could not be asked: the task goes with its job, or is taken over by the next try', async () => {
    const host = makeHost();
    const a = makeManifest({ name: 'a' });
    host.scheduler.refused.set('\\Carillon\\a', refuse('read_back_failed'));
    await host.apply([a]);
    expect(host.cache.registered().begun).toMatchObject([{ jobId: a.jobId, path: '\\Carillon\\a' }]);
    host.scheduler.refused.clear();
    await host.apply([a]);
    expect(host.cache.registered()).toMatchObject({ jobs: [{ jobId: a.jobId }], begun: [] });
    expect(host.paths()).toEqual(['\\carillon\\a']);
  });
});
