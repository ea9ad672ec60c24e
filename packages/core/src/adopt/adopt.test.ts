import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Principal, TaskDefinition } from '@carillon/wintask/task/definition';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { jobOfTask } from './job-of-task.js';
import { similarityKey, variantKey } from './similar-tasks.js';

const context = {
  nowMs: Date.UTC(2026, 10, 26),
  hostTimezone: 'Asia/Shanghai',
  variables: { systemroot: 'C:\\Windows', windir: 'C:\\Windows' },
};

function backup(
  change: {
    args?: string;
    start?: string;
    settings?: TaskDefinition['settings'];
    user?: string;
    principal?: { logonType?: Principal['logonType'] | undefined; runLevel?: 'HighestAvailable' };
  } = {},
): TaskDefinition {
  const {
    args = '-File D:\\scripts\\Backup.ps1 -To D',
    start = '2024-01-01T02:00:00',
    settings = {},
    user = 'S-1-5-18',
  } = change;
  return {
    registrationInfo: { author: 'CORP\\ann', uri: '\\Backup', date: '2024-01-01T00:00:00' },
    triggers: [{ kind: 'calendar', startBoundary: start, schedule: { kind: 'day', daysInterval: 1 } }],
    principals: [
      {
        id: 'Author',
        userId: user,
        ...(user.startsWith('S-1-5-1') ? {} : { logonType: 'Password' }),
        ...change.principal,
      } as Principal,
    ],
    settings: {
      executionTimeLimit: 'PT0S',
      disallowStartIfOnBatteries: false,
      stopIfGoingOnBatteries: false,
      priority: 5,
      ...settings,
    },
    actionsContext: 'Author',
    actions: [
      { kind: 'exec', command: '%windir%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', arguments: args },
    ],
  };
}

describe('similar tasks', () => {
  it.each<[string, TaskDefinition, boolean]>([
    ['another date of first start', backup({ start: '2019-05-05T02:00:00' }), true],
    ['other arguments for the script', backup({ args: '-File E:\\x\\backup.ps1 -To E' }), true],
    ['another account', backup({ user: 'S-1-5-21-1-2-3-1001' }), true],
    ['another time of day', backup({ start: '2024-01-01T03:00:00' }), false],
    ['another script', backup({ args: '-File D:\\scripts\\Cleanup.ps1' }), false],
  ])('%s', (_, other, same) => {
    expect(similarityKey(other, 'srv2') === similarityKey(backup(), 'srv1')).toBe(same);
  });

  it('knows a host by its name in a line that has no script', () => {
    const on = (host: string) => similarityKey(backup({ args: `-Command "Sync-Share ${host}"` }), host);
    expect(on('SRV-01')).toBe(on('srv-02'));
    expect(on('SRV-01')).not.toBe(similarityKey(backup({ args: '-Command "Clear-Share SRV-01"' }), 'SRV-01'));
  });

  it('are one variant when only past dates differ', () => {
    expect(variantKey(backup({ start: '2019-05-05T02:00:00' }))).toBe(variantKey(backup()));
    expect(variantKey(backup({ args: '-File D:\\scripts\\Backup.ps1 -To E' }))).not.toBe(variantKey(backup()));
  });
});

describe('a task as a job', () => {
  it('is written out whole', () => {
    const settings = {
      multipleInstancesPolicy: 'Queue',
      startWhenAvailable: true,
      executionTimeLimit: 'PT2H',
      priority: 7,
    } as const;
    expect(jobOfTask(backup({ settings }), context)).toEqual({
      ok: true,
      document: {
        schedule: [{ cron: '0 2 * * *' }],
        run: {
          program: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
          arguments: ['-File', 'D:\\scripts\\Backup.ps1', '-To', 'D'],
        },
        onOverlap: 'queue',
        onMissed: 'run-once',
        timeout: '2h',
      },
      notes: [{ code: 'priority', message: 'it runs at priority 7; the job at 5' }],
    });
  });

  const sid = 'S-1-5-21-1-2-3-1001';
  it.each<[string, string, object, object, string[]]>([
    ['S4U, by the name the host lists', 'CORP\\etl', { logonType: 'S4U' }, { s4u: 'CORP\\etl' }, []],
    ['S4U, by SID where the list has a bare name', 'etl', { logonType: 'S4U' }, { s4u: sid }, []],
    ['in a session', 'CORP\\ann', { logonType: 'InteractiveToken' }, { interactive: 'CORP\\ann' }, ['window']],
    ['with a password', 'CORP\\etl', { logonType: 'Password' }, { user: 'CORP\\etl' }, ['password']],
    [
      'with a password, else in a session',
      'CORP\\etl',
      { logonType: 'InteractiveTokenOrPassword' },
      { user: 'CORP\\etl' },
      ['password', 'session'],
    ],
  ])('keeps its account: %s', (_, runAs, principal, written, notes) => {
    const read = jobOfTask(backup({ user: sid, principal }), { ...context, runAs });
    expect(read).toMatchObject({ ok: true, document: { runAs: written } });
    expect(read.ok && read.notes.map(({ code }) => code)).toEqual(notes);
  });

  it('keeps the highest rights of an account', () => {
    const principal = { logonType: 'S4U', runLevel: 'HighestAvailable' } as const;
    expect(jobOfTask(backup({ user: sid, principal }), context)).toMatchObject({
      document: { runAs: { s4u: sid }, rights: 'highest' },
    });
    const system = jobOfTask(backup({ principal: { runLevel: 'HighestAvailable' } }), context);
    expect(system.ok && system.document).not.toHaveProperty('rights');
  });

  it('knows a managed account by the name that the host lists', () => {
    const read = jobOfTask(backup({ user: sid }), { ...context, runAs: 'CORP\\etl$' });
    expect(read).toMatchObject({ document: { runAs: { gmsa: 'CORP\\etl$' } } });
    expect(read.ok && read.notes.map(({ code }) => code)).toEqual([]);
  });

  it('keeps a managed account', () => {
    expect(jobOfTask(backup({ user: 'CORP\\etl$' }), context)).toMatchObject({
      document: { runAs: { gmsa: 'CORP\\etl$' } },
    });
  });

  it('takes a line for cmd.exe whose quotes mean nothing', () => {
    const task: TaskDefinition = {
      ...backup(),
      actions: [{ kind: 'exec', command: 'cmd.exe', arguments: '/c "C:\\x\\y.bat"' }],
    };
    expect(jobOfTask(task, context)).toMatchObject({ document: { run: { arguments: ['/c', 'C:\\x\\y.bat'] } } });
  });

  it.each<[string, TaskDefinition, string]>([
    [
      'an account that says nothing of its logon',
      backup({ user: 'CORP\\etl', principal: { logonType: undefined } }),
      'account',
    ],
    ['a group', { ...backup(), principals: [{ id: 'Author', groupId: 'S-1-5-32-545' }] }, 'group'],
    ['an account that no job can have', backup({ user: 'etl' }), 'account'],
    ['a variable nobody knows', backup({ args: '-File %DATA%\\x.ps1' }), 'variable'],
    ['idleness', backup({ settings: { runOnlyIfIdle: true } }), 'only_idle'],
    ['two actions', { ...backup(), actions: [...backup().actions, ...backup().actions] }, 'several_actions'],
    [
      'a line for cmd.exe that would change',
      { ...backup(), actions: [{ kind: 'exec', command: 'cmd.exe', arguments: '/c "a" "b c" > d' }] },
      'cmd_quoting',
    ],
  ])('is refused for %s', (_, task, code) => {
    expect(jobOfTask(task, context)).toMatchObject({ ok: false, problems: [{ code }] });
  });

  it('is a valid job file for every task of the corpus that is not refused', () => {
    const folder = join(import.meta.dirname, '..', '..', '..', 'wintask', 'src', 'task', 'fixtures');
    const counts = new Map<string, number>();
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) =>
      each.endsWith('.xml'),
    )) {
      const read = readTaskXml(readFileSync(join(folder, name)));
      if (!read.ok) continue;
      const job = jobOfTask(read.task, context);
      const key = job.ok ? 'adopted' : (job.problems[0]?.code ?? '?');
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (!job.ok) continue;
      const file = { kind: 'Job', name: 'x', targets: { hosts: ['h'] }, replaces: ['\\x'], ...job.document };
      expect(readDocument(file), name).toMatchObject({ ok: true });
    }
    expect(counts.get('adopted')).toBeGreaterThan(3);
  });
});
