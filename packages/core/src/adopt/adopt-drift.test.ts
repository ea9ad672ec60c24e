import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { onHost } from '../job/host-overrides.js';
import { type JobSpec, makeManifest } from '../job/job-spec.js';
import { taskForJob } from '../job/task-for-job.js';
import { adoptDrift } from './adopt-drift.js';

const jobId = '01890000-0000-7000-8000-000000000001';
const facts = {
  hostTimezone: 'Asia/Shanghai',
  runner: { command: 'C:\\Program Files\\Carillon\\carillon-agent.exe', arguments: ['run'] },
  agentId: '01890000-0000-7000-8000-00000000000a',
  sids: { 'corp\\etl': 'S-1-5-21-1-2-3-1001' },
};

function job(more: Record<string, unknown> = {}): JobSpec {
  const file = { kind: 'Job', name: 'nightly', targets: { all: true }, schedule: '0 2 * * *', onDrift: 'adopt' };
  const read = readDocument({ ...file, run: { program: 'C:\\x.exe' }, ...more });
  if (!read.ok || read.value.kind !== 'Job') throw new Error(JSON.stringify(read));
  return read.value.spec;
}

function taskOf(spec: JobSpec, version = 1): TaskDefinition {
  const task = taskForJob(onHost(makeManifest(jobId, version, spec), 'web-1'), facts);
  if (!task.ok) throw new Error('not registrable');
  return task.value.definition;
}

type Edit = (task: TaskDefinition) => TaskDefinition;
const daily = (time: string): TaskDefinition['triggers'][number] => ({
  kind: 'calendar',
  startBoundary: `2026-11-26T${time}`,
  schedule: { kind: 'day', daysInterval: 1 },
});
const settings =
  (change: TaskDefinition['settings']): Edit =>
  (task) => ({ ...task, settings: { ...task.settings, ...change } });
const triggers =
  (...list: TaskDefinition['triggers']): Edit =>
  (task) => ({ ...task, triggers: list });
const principal =
  (change: Partial<TaskDefinition['principals'][number]>): Edit =>
  (task) => ({ ...task, principals: [{ ...task.principals[0], id: 'Author', ...change }] });

function adopt(edit: Edit, versions: { spec?: JobSpec; current?: JobSpec } = {}) {
  const { spec = job() } = versions;
  const { current = spec } = versions;
  const found = edit(taskOf(spec));
  const both = { base: { version: 1, spec }, current: { version: current === spec ? 1 : 2, spec: current } };
  return adoptDrift({ jobId, hostName: 'web-1', found, ...both, facts, nowMs: Date.UTC(2026, 10, 26) });
}

describe('an edited task becomes what its host should have', () => {
  it.each<[string, Edit, object]>([
    ['another time', triggers(daily('03:30:00')), { schedule: [{ kind: 'cron', expression: '30 3 * * *' }] }],
    ['switched off', settings({ enabled: false }), { enabled: false }],
    ['catching up', settings({ startWhenAvailable: true }), { onMissed: 'run-once' }],
    [
      'another account of Windows',
      principal({ userId: 'S-1-5-19', runLevel: 'LeastPrivilege' }),
      { runAs: 'local-service' },
    ],
    [
      'another account with the rights as they were',
      principal({ userId: 'S-1-5-19' }),
      { runAs: 'local-service', rights: 'highest' },
    ],
    [
      'a user without a password',
      principal({ userId: 'S-1-5-21-1-2-3-1001', logonType: 'S4U', runLevel: 'LeastPrivilege' }),
      { runAs: 's4u:S-1-5-21-1-2-3-1001' },
    ],
    [
      'several of them',
      (task) => settings({ enabled: false })(triggers(daily('04:00:00'))(task)),
      { schedule: [{ kind: 'cron', expression: '0 4 * * *' }], enabled: false },
    ],
  ])('%s', (_, edit, parts) => {
    const outcome = adopt(edit);
    expect(outcome).toMatchObject({ kind: 'adopted', spec: { overrides: [{ hosts: ['web-1'], ...parts }] } });
    expect(outcome.kind === 'adopted' && outcome.spec.schedule).toEqual(job().schedule);
  });

  it('keeps what the agent watches for, which has no trigger', () => {
    const spec = job({ schedule: [{ cron: '0 2 * * *' }, { on: { file: 'D:\\in\\*.csv' } }] });
    const kinds = adopt(triggers(daily('05:00:00')), { spec });
    expect(kinds).toMatchObject({
      spec: { overrides: [{ schedule: [{ kind: 'file' }, { expression: '0 5 * * *' }] }] },
    });
  });

  it('takes the host out of the override it shared, and keeps what that said', () => {
    const spec = job({ overrides: [{ hosts: ['WEB-1', 'web-2'], arguments: ['--x'] }] });
    expect(adopt(settings({ enabled: false }), { spec })).toMatchObject({
      spec: {
        overrides: [
          { hosts: ['web-2'], arguments: ['--x'] },
          { hosts: ['web-1'], enabled: false },
        ],
      },
    });
  });

  it('says what was changed, and nothing else', () => {
    expect(adopt(principal({ userId: 'S-1-5-19', runLevel: 'LeastPrivilege' }))).toMatchObject({ parts: ['runAs'] });
    const spec = job({ runAs: { s4u: 'CORP\\etl' } });
    const highest = adopt(principal({ runLevel: 'HighestAvailable' }), { spec });
    expect(highest).toMatchObject({ kind: 'adopted', parts: ['rights'] });
    expect(highest.kind === 'adopted' && highest.spec.overrides).toEqual([{ hosts: ['web-1'], rights: 'highest' }]);
  });

  it('is no override any more when it was put back to what all hosts have', () => {
    const spec = job({ overrides: [{ hosts: ['web-1'], enabled: false }] });
    const outcome = adopt(settings({ enabled: true }), { spec });
    expect(outcome.kind === 'adopted' && outcome.spec).toEqual(job());
  });

  it('also on a version that was written meanwhile, where that says the same', () => {
    const current = { ...job(), description: 'newer' };
    expect(adopt(settings({ enabled: false }), { current })).toMatchObject({
      kind: 'adopted',
      spec: { description: 'newer', overrides: [{ enabled: false }] },
    });
  });
});

describe('an edited task that a job cannot say is left as it is', () => {
  it.each<[string, Edit, string]>([
    ['another program', (task) => ({ ...task, actions: [{ kind: 'exec', command: 'evil.exe' }] }), 'action'],
    ['another priority', settings({ priority: 9 }), 'setting'],
    ['another time limit', settings({ executionTimeLimit: 'PT1H' }), 'setting'],
    ['another description', (task) => ({ ...task, registrationInfo: { description: 'mine' } }), 'description'],
    ['no trigger at all', triggers(), 'no_trigger'],
    ['idleness', triggers({ kind: 'idle' }), 'idle'],
    ['a group', (task) => ({ ...task, principals: [{ id: 'Author', groupId: 'S-1-5-32-545' }] }), 'group'],
    ['one thing it can say and one it cannot', (t) => settings({ enabled: false, priority: 9 })(t), 'setting'],
    ['nothing', (task) => task, 'same'],
    ['the number of the version in our own words', () => taskOf(job(), 7), 'same'],
  ])('%s', (_, edit, code) => {
    expect(adopt(edit)).toMatchObject({
      kind: 'left',
      reasons: expect.arrayContaining([expect.objectContaining({ code })]),
    });
  });

  it('times that the runner narrows', () => {
    const spec = job({ schedule: { cron: '0 2 * * *', timezone: 'America/New_York' } });
    expect(adopt(triggers(daily('05:00:00')), { spec })).toMatchObject({ reasons: [{ code: 'gated_schedule' }] });
  });

  it('where a newer version says otherwise', () => {
    const current = job({ schedule: '0 7 * * *' });
    expect(adopt(triggers(daily('05:00:00')), { current })).toMatchObject({ reasons: [{ code: 'newer_version' }] });
  });
});
