import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { describe, expect, it } from 'vitest';
import { judgeDrift } from './drift.js';

const wanted: TaskDefinition = {
  version: '1.2',
  triggers: [{ kind: 'boot', enabled: true }],
  principals: [{ id: 'Author', userId: 'S-1-5-18' }],
  settings: { enabled: true, priority: 5 },
  actionsContext: 'Author',
  actions: [{ kind: 'exec', command: 'carillon-agent.exe', arguments: 'run x' }],
};
const edited = (settings: TaskDefinition['settings']) => ({ task: { ...wanted, settings } });

describe('drift', () => {
  it.each([
    ['the task itself', { task: wanted }, null],
    ['a default that was left out', edited({ priority: 5 }), null],
    ['nothing', { task: null, problem: null }, { found: 'deleted', differences: [] }],
    ['rubbish', { task: null, problem: 'line 1: no task' }, { found: 'unreadable', differences: ['line 1: no task'] }],
    [
      'a task that was switched off',
      edited({ enabled: false, priority: 5 }),
      { found: 'disabled', differences: ['settings.enabled: wanted true, found false'] },
    ],
    [
      'one that was switched off and edited',
      edited({ enabled: false, priority: 9 }),
      { found: 'edited', differences: [expect.stringContaining('enabled'), expect.stringContaining('priority')] },
    ],
    [
      'another program',
      { task: { ...wanted, actions: [{ kind: 'exec' as const, command: 'evil.exe' }] } },
      { found: 'edited', differences: expect.arrayContaining([expect.stringContaining('evil.exe')]) },
    ],
  ])('%s', (_what, found, drift) => {
    expect(judgeDrift(wanted, found)).toEqual(drift);
  });

  it('of a job that is switched off centrally is a task that is switched on', () => {
    const off = { ...wanted, settings: { ...wanted.settings, enabled: false } };
    expect(judgeDrift(off, { task: wanted })).toMatchObject({ found: 'edited' });
  });
});
