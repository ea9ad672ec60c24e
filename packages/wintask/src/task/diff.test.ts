import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaskDefinition } from './definition.js';
import { diffTasks } from './diff.js';
import { readTaskXml } from './read-task-xml.js';

const wanted: TaskDefinition = {
  version: '1.2',
  registrationInfo: { description: 'one\ntwo', author: 'Carillon' },
  triggers: [
    {
      kind: 'calendar',
      enabled: true,
      startBoundary: '2024-01-01T02:00:00',
      schedule: { kind: 'day', daysInterval: 1 },
    },
    { kind: 'boot', enabled: true },
  ],
  principals: [{ id: 'Author', userId: 'S-1-5-18', runLevel: 'HighestAvailable' }],
  settings: { executionTimeLimit: 'PT1H30M', startWhenAvailable: true, priority: 6 },
  actions: [{ kind: 'exec', command: 'C:\\a.exe', arguments: 'run' }],
  actionsContext: 'Author',
};

describe('what Windows rewrites is no difference', () => {
  const found: TaskDefinition = {
    ...wanted,
    version: '1.4',
    registrationInfo: {
      description: 'one\r\ntwo',
      author: 'HOST\\admin',
      uri: '\\Carillon\\a',
      date: '2026-01-01T00:00:00',
      securityDescriptor: 'D:',
    },
    triggers: [
      { kind: 'boot' },
      {
        kind: 'calendar',
        id: 'x',
        startBoundary: '2024-01-01T02:00:00.0000000',
        schedule: { kind: 'day', daysInterval: 1 },
      },
    ],
    principals: [{ id: 'Other', userId: 'NT AUTHORITY\\SYSTEM', logonType: 'Password', runLevel: 'HighestAvailable' }],
    settings: {
      ...wanted.settings,
      executionTimeLimit: 'PT90M',
      multipleInstancesPolicy: 'IgnoreNew',
      enabled: true,
      useUnifiedSchedulingEngine: true,
      idleSettings: { duration: 'PT10M', waitTimeout: 'PT1H', stopOnIdleEnd: true, restartOnIdle: false },
    },
    actionsContext: 'Other',
  };
  it('finds nothing', () => expect(diffTasks(wanted, found)).toEqual([]));

  it('finds nothing between a file and itself', () => {
    const bytes = readFileSync(join(import.meta.dirname, 'fixtures', 'GeeLaw-daily-restore-point-task.xml'));
    const read = readTaskXml(bytes);
    if (read.ok) expect(diffTasks(read.task, read.task)).toEqual([]);
    expect(read.ok).toBe(true);
  });
});

describe('what somebody changed', () => {
  const boot = wanted.triggers[1]!;
  const daily = (startBoundary: string) =>
    ({ ...wanted.triggers[0]!, startBoundary }) as TaskDefinition['triggers'][number];
  it.each<[string, Partial<TaskDefinition>, string[]]>([
    ['disabled', { settings: { ...wanted.settings, enabled: false } }, ['settings.enabled: wanted true, found false']],
    [
      'limit',
      { settings: { ...wanted.settings, executionTimeLimit: 'PT0S' } },
      ['settings.executionTimeLimit: wanted "PT1H30M", found "PT0S"'],
    ],
    [
      'time',
      { triggers: [boot, daily('2024-01-01T03:00:00')] },
      ['triggers[1].startBoundary: wanted "2024-01-01T02:00:00", found "2024-01-01T03:00:00"'],
    ],
    [
      'trigger gone',
      { triggers: [daily('2024-01-01T02:00:00')] },
      ['triggers[0]: wanted {"enabled":true,"kind":"boot"}, found nothing'],
    ],
    [
      'trigger added',
      { triggers: [...wanted.triggers, { kind: 'logon' }] },
      ['triggers[+]: wanted nothing, found {"enabled":true,"kind":"logon"}'],
    ],
    [
      'command',
      { actions: [{ kind: 'exec', command: 'C:\\b.exe', arguments: 'run' }] },
      ['actions[0].command: wanted "C:\\a.exe", found "C:\\b.exe"'],
    ],
    [
      'account',
      { principals: [{ id: 'Author', userId: 'S-1-5-19', runLevel: 'HighestAvailable' }] },
      ['principal.userId: wanted "s-1-5-18", found "s-1-5-19"'],
    ],
  ])('%s', (_, change, texts) => {
    expect(diffTasks(wanted, { ...wanted, ...change }).map(({ text }) => text)).toEqual(texts);
  });
});
