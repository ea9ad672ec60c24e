import { diffTasks } from '@carillon/wintask/task/diff';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { triggerOccurrences } from '@carillon/wintask/trigger/occurrences';
import { describe, expect, it } from 'vitest';
import { agentTask, isTaskOf } from './agent-task.js';

const program = {
  command: 'C:\\Program Files\\Carillon\\carillon-agent.exe',
  arguments: ['agent', '--data', 'C:\\ProgramData\\Carillon Group\\agent'],
};

describe('the task of the agent itself', () => {
  it('is the same after Windows has had it', () => {
    const task = agentTask(program);
    const read = readTaskXml(encodeTaskXml(writeTaskXml(task)), { unknownElements: 'refuse' });
    expect(read).toMatchObject({ ok: true });
    expect(read.ok && diffTasks(task, read.task)).toEqual([]);
    expect(diffTasks(task, agentTask(program))).toEqual([]);
  });

  it('quotes what has blanks', () => {
    expect(agentTask(program).actions).toMatchObject([
      { command: program.command, arguments: 'agent --data "C:\\ProgramData\\Carillon Group\\agent"' },
    ]);
  });

  it('looks every five minutes whether the agent runs, for ever and whatever the day', () => {
    const fromMs = Date.UTC(2031, 2, 30, 0, 1);
    const fires = triggerOccurrences(agentTask(program).triggers, { fromMs, hostTimezone: 'Europe/Berlin' });
    const first = [fires.next(), fires.next(), fires.next()].map((each) => each.value?.atMs);
    expect(first).toEqual([4, 9, 14].map((minutes) => fromMs + minutes * 60_000));
  });

  it('never ends by itself and is never started twice', () => {
    expect(agentTask(program).settings).toMatchObject({
      executionTimeLimit: 'PT0S',
      multipleInstancesPolicy: 'IgnoreNew',
      stopIfGoingOnBatteries: false,
    });
  });
});

describe('which tasks are ours', () => {
  const runner = (folder: string) => ({
    ...agentTask({ command: 'x.exe', arguments: ['run', '--data', folder, 'some-job'] }),
  });

  it('those that start a runner of this folder, however it is written', () => {
    const task = runner('C:\\ProgramData\\Carillon Group\\agent');
    expect(isTaskOf(task, 'run', 'c:\\programdata\\carillon group\\Agent\\')).toBe(true);
    expect(isTaskOf(agentTask(program), 'agent', 'C:\\ProgramData\\Carillon Group\\agent')).toBe(true);
  });

  it('not those of another agent, of a person, or of something that only looks alike', () => {
    expect(isTaskOf(runner('D:\\other'), 'run', 'C:\\ProgramData\\Carillon')).toBe(false);
    expect(isTaskOf(agentTask(program), 'run', 'C:\\ProgramData\\Carillon Group\\agent')).toBe(false);
    expect(isTaskOf({ ...runner('x'), actions: [{ kind: 'exec', command: 'x.exe' }] }, 'run', 'x')).toBe(false);
  });
});
