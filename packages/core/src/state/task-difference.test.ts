import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { diffTasks } from '@carillon/wintask/task/diff';
import { expect, it } from 'vitest';
import { readTaskDifference } from './task-difference.js';

it('is read as it is written where tasks are compared', () => {
  const task: TaskDefinition = {
    version: '1.2',
    registrationInfo: {},
    triggers: [],
    principals: [{ id: 'Author', userId: 'S-1-5-18' }],
    settings: { enabled: true },
    actions: [{ kind: 'exec', command: 'C:\\a.exe', arguments: 'run' }],
    actionsContext: 'Author',
  };
  const found = { ...task, settings: { enabled: false }, actions: [{ kind: 'exec' as const, command: 'C:\\a.exe' }] };
  const texts = diffTasks(task, found).map(({ text }) => text);
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => readTaskDifference(text) === null)).toEqual([]);
  expect(texts.map(readTaskDifference)).toContainEqual({ path: 'settings.enabled', wanted: 'true', found: 'false' });
  expect(readTaskDifference('somebody was here')).toBeNull();
});
