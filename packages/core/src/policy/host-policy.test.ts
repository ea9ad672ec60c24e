import { describe, expect, it } from 'vitest';
import type { RunSpec } from '../job/job-spec.js';
import { type HostPolicy, judgeCommand, judgeJob, judgeUpgrade, openPolicy, readPolicy } from './host-policy.js';

const program = (path: string): RunSpec => ({
  kind: 'program',
  program: path,
  arguments: [],
  workingDirectory: null,
  environment: {},
});
const script: RunSpec = { kind: 'powershell', script: 'x', workingDirectory: null, environment: {} };

function verdict(policy: HostPolicy, run: RunSpec, runAs = 'system', ignoreCase = true): string {
  const said = judgeJob(policy, { run, runAs: runAs as 'system' }, ignoreCase);
  return said.ok ? 'ok' : said.code;
}

describe('a policy file', () => {
  it('is read with every problem named', () => {
    const text = JSON.stringify({
      runAs: ['a*b'],
      programs: ['etl.exe', 'C:\\x\\..\\y'],
      commands: ['format'],
      more: 1,
    });
    const read = readPolicy(text);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.problems.map(({ path }) => path).sort()).toEqual([
      'commands[0]',
      'more',
      'programs[0]',
      'programs[1]',
      'runAs[0]',
    ]);
    expect(readPolicy('{').ok).toBe(false);
    expect(readPolicy('[]').ok).toBe(false);
  });

  it('allows what it does not mention', () => {
    expect(readPolicy('{}')).toEqual({ ok: true, value: openPolicy });
    expect(verdict(openPolicy, script)).toBe('ok');
    expect(judgeCommand(openPolicy, 'run').ok).toBe(true);
    expect(judgeUpgrade(openPolicy).ok).toBe(true);
  });
});

describe('accounts', () => {
  it('are those on the list, whatever the case, and those that begin so', () => {
    const policy: HostPolicy = { runAs: ['local-service', 'gmsa:CORP\\*'] };
    expect(verdict(policy, program('C:\\x.exe'), 'local-service')).toBe('ok');
    expect(verdict(policy, program('C:\\x.exe'), 'gmsa:corp\\etl$')).toBe('ok');
    expect(verdict(policy, program('C:\\x.exe'), 'gmsa:OTHER\\etl$')).toBe('policy_run_as');
    expect(verdict(policy, program('C:\\x.exe'))).toBe('policy_run_as');
    expect(judgeJob(policy, { run: script, runAs: 'system' }, true)).toMatchObject({
      message: expect.stringContaining('rule runAs'),
    });
  });
});

describe('the highest rights', () => {
  it('are for nobody where the owner says so', () => {
    const job = { run: script, runAs: 's4u:CORP\\etl', rights: 'highest' } as const;
    expect(judgeJob({ highestRights: false }, job, true)).toMatchObject({ ok: false, code: 'policy_highest_rights' });
    expect(judgeJob({ highestRights: true }, job, true).ok).toBe(true);
    expect(verdict({ highestRights: false }, script, 's4u:CORP\\etl')).toBe('ok');
  });
});

describe('programs', () => {
  const policy: HostPolicy = { programs: ['C:\\Jobs\\', 'D:\\tools\\etl.exe', '\\\\files\\share\\'] };

  it.each([
    'C:\\Jobs\\backup.exe',
    'c:/jobs/deep/er/Backup.exe',
    'C:\\Jobs\\\\backup.exe. ',
    'D:\\Tools\\ETL.exe',
    '\\\\FILES\\share\\x.exe',
  ])('may be %s', (path) => expect(verdict(policy, program(path))).toBe('ok'));

  it.each([
    'C:\\Jobs.exe',
    'C:\\JobsOfOthers\\x.exe',
    'C:\\Jobs\\..\\Windows\\System32\\cmd.exe',
    'C:\\Jobs',
    'backup.exe',
    'Jobs\\backup.exe',
    '\\\\?\\C:\\Jobs\\x.exe',
    '\\\\.\\C:\\Jobs\\x.exe',
    'C:\\JOBS~1\\x.exe',
    'C:\\Jobs\\x.exe:stream',
    '%SystemRoot%\\System32\\cmd.exe',
    'D:\\tools\\etl.exe\\more',
    'C:Jobs\\x.exe',
  ])('may not be %s', (path) => expect(verdict(policy, program(path))).toBe('policy_programs'));

  it('differ by case where the file system does', () => {
    const unix: HostPolicy = { programs: ['/opt/jobs/'] };
    expect(verdict(unix, program('/opt/jobs/x'), 'system', false)).toBe('ok');
    expect(verdict(unix, program('/opt/Jobs/x'), 'system', false)).toBe('policy_programs');
    expect(verdict(unix, program('/opt/jobs/../x'), 'system', false)).toBe('policy_programs');
  });

  it('leave no room for text of the centre, unless the policy says so', () => {
    expect(verdict(policy, script)).toBe('policy_scripts');
    expect(verdict({ ...policy, scripts: true }, script)).toBe('ok');
    expect(verdict({ scripts: false }, script)).toBe('policy_scripts');
  });
});

describe('paths of actions', () => {
  const cleanup = (root: string, archive: string | null = null) =>
    ({ kind: 'cleanup', action: { root, archive }, workingDirectory: null, environment: {} }) as unknown as RunSpec;
  const policy: HostPolicy = { paths: ['D:\\logs\\', 'E:\\archive'] };

  it('are those on the list and below them', () => {
    expect(verdict(openPolicy, cleanup('D:\\data'))).toBe('ok');
    expect(verdict(policy, cleanup('d:\\LOGS'))).toBe('ok');
    expect(verdict(policy, cleanup('D:\\logs\\shop', 'E:\\archive\\shop'))).toBe('ok');
    expect(verdict(policy, cleanup('D:\\logs2'))).toBe('policy_paths');
    expect(verdict(policy, cleanup('D:\\logs\\..\\data'))).toBe('policy_paths');
    expect(verdict(policy, cleanup('D:\\logs', 'F:\\'))).toBe('policy_paths');
  });

  it('are none where the owner names programs only', () => {
    expect(verdict({ programs: ['C:\\Jobs\\'] }, cleanup('D:\\logs'))).toBe('policy_paths');
    expect(verdict({ programs: [], paths: ['D:\\'] }, cleanup('D:\\logs'))).toBe('ok');
  });
});

describe('origins that actions ask', () => {
  const check = (url: string, kind = 'healthCheck') =>
    ({ kind, action: { url, saveTo: null }, workingDirectory: null, environment: {} }) as unknown as RunSpec;

  it('are those on the list, whatever the path', () => {
    const policy: HostPolicy = { origins: ['https://api.example.com', 'http://localhost:8080/'] };
    expect(verdict(openPolicy, check('http://169.254.169.254/'))).toBe('ok');
    expect(verdict(policy, check('https://API.example.com:443/x?{{runId}}'))).toBe('ok');
    expect(verdict(policy, check('http://localhost:8080', 'http'))).toBe('ok');
    for (const other of ['http://api.example.com', 'https://api.example.com:8443', 'https://api.example.com.evil.test'])
      expect(verdict(policy, check(`${other}/`))).toBe('policy_origins');
    expect(verdict({ programs: [] }, check('https://api.example.com'))).toBe('policy_origins');
    expect(readPolicy('{"origins":["https://a.test/x"]}').ok).toBe(false);
  });
});

describe('the rest', () => {
  it('is told by the name of its rule', () => {
    const job = { run: script, runAs: 'system' as const, replaces: ['\\Backup\\Old'] };
    expect(judgeJob({ replaceTasks: false }, job, true)).toMatchObject({ code: 'policy_replace_tasks' });
    expect(judgeCommand({ commands: ['stop'] }, 'run')).toMatchObject({ code: 'policy_commands' });
    expect(judgeCommand({ commands: ['stop'] }, 'stop').ok).toBe(true);
    expect(judgeCommand({ commands: ['stop'] }, 'dry_run')).toMatchObject({ code: 'policy_commands' });
    expect(judgeCommand({ commands: ['run'] }, 'dry_run').ok).toBe(true);
    expect(judgeCommand({ commands: ['dry_run'] }, 'dry_run').ok).toBe(true);
    expect(judgeCommand({ commands: ['dry_run'] }, 'run').ok).toBe(false);
    expect(judgeUpgrade({ upgrades: false })).toMatchObject({ code: 'policy_upgrades' });
  });
});
