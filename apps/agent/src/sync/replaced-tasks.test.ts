import { join } from 'node:path';
import type { TaskReplaced } from '@carillon/contract/agent/task-events';
import type { Manifest } from '@carillon/core/job/job-spec';
import { diffTasks } from '@carillon/wintask/task/diff';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { beforeAll, describe, expect, it } from 'vitest';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import { SchedulerError } from '../scheduler/task-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { buildEmulator, emulatedSchtasks } from '../testing/emulated-scheduler.js';
import { entryOf, makeManifest, signer, signManifest } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { transientDriftMemory } from '../watch/drift-memory.js';
import { DriftWatch } from '../watch/drift-watch.js';
import { applyDesired } from './apply-desired.js';
import { fileReplacedMemory, ReplacedTasks } from './replaced-tasks.js';

beforeAll(buildEmulator, 120_000);

const path = '\\Backup\\每夜';
const xml = (enabled = true) => `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Author>CORP\\ann</Author><Description>备份 &amp; more</Description></RegistrationInfo>
  <Triggers><CalendarTrigger><StartBoundary>2024-01-01T02:00:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId></Principal></Principals>
  <Settings><Enabled>${enabled}</Enabled></Settings>
  <Actions Context="Author"><Exec><Command>C:\\b.exe</Command></Exec></Actions>
</Task>`;

/** Can be told not to switch tasks. */
class StubbornScheduler extends SchtasksScheduler {
  stubborn = false;
  override async setEnabled(at: string, enabled: boolean) {
    if (this.stubborn) throw new SchedulerError('switch_failed', 'ERROR: Access is denied.');
    await super.setEnabled(at, enabled);
  }
}

function makeHost() {
  const store = makeTempFolder();
  const scheduler = new StubbornScheduler(emulatedSchtasks(store), makeTempFolder(), {
    taskStore: join(store, 'Tasks'),
  });
  const cache = new MemoryDesiredCache();
  const events: TaskReplaced[] = [];
  const memory = fileReplacedMemory(join(makeTempFolder(), 'replaced.json'));
  const replaced = new ReplacedTasks(scheduler, memory, (event) => void events.push(event));
  const facts = {
    hostTimezone: 'UTC',
    runner: { command: 'c', arguments: [] },
    signerKeys: [signer.publicKey],
    agentId: 'a',
  };
  const ports = { scheduler, cache, storeScript: () => undefined, replaced };
  let rev = 0;
  const apply = (...manifests: Manifest[]) => {
    rev += 1;
    const received = new Map(manifests.map((each) => [entryOf(each).manifestHash, signManifest(each)]));
    return applyDesired({ rev, entries: manifests.map(entryOf) }, received, facts, ports);
  };
  const isOn = async (at = path) => {
    const { task } = await scheduler.find(at);
    return task === null ? undefined : task.settings.enabled !== false;
  };
  return { scheduler, cache, events, memory, replaced, facts, apply, isOn };
}

const replacing = (change: Partial<Manifest> = {}) => makeManifest({ name: 'nightly', replaces: [path], ...change });

describe('a job in the place of a task', () => {
  it('switches it off once its own is registered, and gives it back as it was', async () => {
    const host = makeHost();
    await host.scheduler.registerText(path, xml());
    const before = await host.scheduler.definitionText(path);
    const job = replacing();
    expect((await host.apply(job)).jobs).toMatchObject([{ state: 'applied' }]);
    expect([await host.isOn(), await host.isOn('\\Carillon\\nightly')]).toEqual([false, true]);
    expect(host.events).toMatchObject([{ state: 'replaced', path, wasEnabled: true, xml: before, jobId: job.jobId }]);

    await host.apply({ ...job, version: 2 });
    expect([await host.isOn(), host.events.length]).toEqual([false, 1]);

    expect((await host.apply()).jobs).toMatchObject([{ state: 'removed' }]);
    expect([await host.isOn(), await host.isOn('\\Carillon\\nightly')]).toEqual([true, undefined]);
    const [was, is] = [readTaskXml(before), readTaskXml(await host.scheduler.definitionText(path))];
    expect(was.ok && is.ok && diffTasks(was.task, is.task)).toEqual([]);
    expect(host.events[1]).toMatchObject({ state: 'restored', message: null });
    expect(host.memory.load()).toEqual([]);
  });

  it('leaves one off that was off', async () => {
    const host = makeHost();
    await host.scheduler.registerText(path, xml(false));
    await host.apply(replacing());
    await host.apply();
    expect(await host.isOn()).toBe(false);
  });

  it('runs alone or not at all: where the task stays on, the job does not come, and comes later', async () => {
    const host = makeHost();
    await host.scheduler.registerText(path, xml());
    host.scheduler.stubborn = true;
    const job = replacing();
    expect((await host.apply(job)).jobs).toMatchObject([{ state: 'failed', code: 'switch_failed' }]);
    expect([await host.isOn(), await host.isOn('\\Carillon\\nightly')]).toEqual([true, undefined]);
    host.scheduler.stubborn = false;
    expect((await host.apply(job)).jobs).toMatchObject([{ state: 'applied' }]);
    expect(await host.isOn()).toBe(false);
  });

  it('brings back one that was deleted meanwhile, and tells of one that was changed', async () => {
    const host = makeHost();
    const other = '\\Other';
    for (const each of [path, other]) await host.scheduler.registerText(each, xml());
    await host.apply(replacing({ replaces: [path, other, '\\Not there'] }));
    await host.scheduler.remove(path);
    await host.scheduler.registerText(other, xml(false).replace('b.exe', 'c.exe'));
    await host.apply();
    expect([await host.isOn(), await host.isOn(other)]).toEqual([true, true]);
    expect(host.events.slice(2)).toMatchObject([
      { message: 'it had been deleted and was registered again' },
      { message: expect.stringContaining('c.exe') },
    ]);
  });

  it('gives back what a new version no longer replaces', async () => {
    const host = makeHost();
    await host.scheduler.registerText(path, xml());
    const { replaces: _, ...job } = replacing();
    await host.apply({ ...job, replaces: [path] });
    await host.apply({ ...job, version: 2 });
    expect(await host.isOn()).toBe(true);
  });

  it('is one job: another one is refused', async () => {
    const host = makeHost();
    await host.scheduler.registerText(path, xml());
    const first = replacing();
    const status = await host.apply(first, replacing({ name: 'again' }));
    expect(status.jobs).toMatchObject([{ state: 'applied' }, { state: 'failed', code: 'replaced_by_another' }]);
  });

  it('keeps it off: one that somebody switches on again is drift', async () => {
    const host = makeHost();
    await host.scheduler.registerText(path, xml());
    await host.apply(replacing());
    await host.scheduler.setEnabled(path, true);
    const changes: unknown[] = [];
    const watch = new DriftWatch({
      ...host,
      memory: transientDriftMemory(),
      facts: () => host.facts,
      exclusively: (act) => act(),
      report: (event) => void changes.push(event),
      log: { info: () => undefined, warn: () => undefined },
    });
    await watch.look();
    expect(changes).toMatchObject([
      { state: 'repaired', found: 'edited', differences: [`replaced task ${path}: wanted off, found on`] },
    ]);
    expect(await host.isOn()).toBe(false);
  });
});
