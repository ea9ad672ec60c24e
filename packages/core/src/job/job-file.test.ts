import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { type JobSpec, makeManifest } from './job-spec.js';

const shortest = {
  kind: 'Job',
  name: 'daily-backup',
  targets: { labels: { role: 'db' } },
  schedule: '0 2 * * *',
  run: 'C:\\Scripts\\backup.bat',
};

function read(change: Record<string, unknown>): JobSpec {
  const result = readDocument({ ...shortest, ...change });
  if (!result.ok || result.value.kind !== 'Job') throw new Error(JSON.stringify(result));
  return result.value.spec;
}

function problem(change: Record<string, unknown>) {
  const result = readDocument({ ...shortest, ...change });
  if (result.ok) throw new Error('expected a problem');
  return result.problems[0];
}

const http = (changes: object) => ({ run: { http: { url: 'https://a.test/', ...changes } } });

const metrics = (changes: object) => ({ run: { metrics: { log: 'D:\\logs\\metrics.csv', ...changes } } });

const report = (changes: object) => ({ run: { report: { to: 'ops-mail', ...changes } } });

const cleanup = (changes: object) => ({
  run: { cleanup: { root: 'D:\\logs', patterns: '**/*.log', ...changes } },
});

const backup = (changes: object) => ({ run: { backup: { from: 'D:\\data', to: 'E:\\backup', ...changes } } });

describe('a job file', () => {
  it('gets every default written out', () => {
    expect(read({})).toEqual({
      name: 'daily-backup',
      description: '',
      owner: '',
      targets: { labels: { role: 'db' } },
      schedule: [{ kind: 'cron', expression: '0 2 * * *' }],
      run: {
        kind: 'program',
        program: 'C:\\Scripts\\backup.bat',
        arguments: [],
        workingDirectory: null,
        environment: {},
      },
      runAs: 'system',
      onOverlap: 'skip',
      onMissed: 'skip',
      onDrift: 'repair',
      retry: null,
      timeoutMs: null,
      exitCodes: { success: [{ from: 0, to: 0 }], warning: [] },
      output: { keepBytes: 1_048_576, encoding: 'auto' },
      enabled: true,
      alerts: [],
    });
  });

  it.each([
    ['local-service', 'local-service'],
    [{ gmsa: 'CORP\\etl$' }, 'gmsa:CORP\\etl$'],
    ['gmsa:CORP\\etl$', 'gmsa:CORP\\etl$'],
    [{ s4u: '.\\etl' }, 's4u:.\\etl'],
    [{ user: 'etl@corp.example' }, 'user:etl@corp.example'],
  ])('reads the account %j', (runAs, expected) => expect(read({ runAs }).runAs).toBe(expected));

  it('gets the defaults of an action written out, and needs an agent that knows it', () => {
    const spec = read(cleanup({ olderThan: '3d', untilFree: '20GiB' }));
    expect(spec.run).toEqual({
      kind: 'cleanup',
      action: {
        root: 'D:\\logs',
        patterns: ['**/*.log'],
        olderThanMs: 3 * 86_400_000,
        largerThanBytes: null,
        keepNewest: 0,
        untilFreeBytes: 20 * 1024 ** 3,
        emptyFolders: false,
        archive: null,
      },
      workingDirectory: null,
      environment: {},
    });
    expect(makeManifest('id', 1, spec).needs).toEqual(['action-cleanup']);
    const saved = read(backup({ mode: { full: 'sunday' }, keep: { count: 7 } }));
    expect(saved.run).toMatchObject({
      kind: 'backup',
      action: {
        from: ['D:\\data'],
        to: 'E:\\backup',
        mode: ['sunday'],
        exclude: [],
        compare: 'size+mtime',
        verify: true,
        keep: { count: 7, days: null },
      },
    });
    expect(makeManifest('id', 1, saved).needs).toEqual(['action-backup']);
  });

  it('says what becomes of it on a host that is on its own, which needs an agent that knows', () => {
    expect(read({ orphans: 'keep' })).toEqual(read({}));
    const spec = read({ orphans: { disable: '30d' } });
    expect(spec.orphans).toEqual({ disableAfterMs: 30 * 86_400_000 });
    expect(makeManifest('id', 1, spec)).toMatchObject({ orphans: spec.orphans, needs: ['orphans'] });
  });

  it('says that a named account needs an agent that knows them', () => {
    expect(makeManifest('id', 1, read({ runAs: { s4u: 'CORP\\etl' } })).needs).toEqual(['accounts']);
    expect(makeManifest('id', 1, read({})).needs).toBeUndefined();
  });

  it('gives the same spec for the short and the long form', () => {
    expect(
      read({ schedule: [{ cron: '0  2 * * *', timezone: 'host' }], run: { program: 'C:\\Scripts\\backup.bat' } }),
    ).toEqual(read({}));
  });

  it.each([
    ['C:\\My Scripts\\a b.bat /full "x y"', { program: 'C:\\My Scripts\\a b.bat', arguments: ['/full', 'x y'] }],
    ['"C:\\Program Files\\x" -a', { program: 'C:\\Program Files\\x', arguments: ['-a'] }],
    [
      'powershell.exe -File D:\\Scripts\\diskcheck.ps1',
      { program: 'powershell.exe', arguments: ['-File', 'D:\\Scripts\\diskcheck.ps1'] },
    ],
    ['node -e 1', { program: 'node', arguments: ['-e', '1'] }],
  ])('reads the command line %s', (run, expected) => {
    expect(read({ run }).run).toMatchObject(expected);
  });

  it.each([
    [{ schedule: [{ every: '2h' }] }, [{ kind: 'every', intervalMs: 7_200_000 }]],
    [{ schedule: { at: '2026-12-31T23:00' } }, [{ kind: 'at', local: '2026-12-31T23:00' }]],
    [{ schedule: ['@reboot', { on: 'logon' }] }, [{ kind: 'startup' }, { kind: 'logon' }]],
    [{ schedule: { on: { event: { log: 'System', id: 41 } } } }, [{ kind: 'event', log: 'System', eventId: 41 }]],
    [
      { schedule: { cron: '0 9 * * 1-5', timezone: 'Asia/Shanghai' } },
      [{ kind: 'cron', expression: '0 9 * * 1-5', timezone: 'Asia/Shanghai' }],
    ],
    [
      { schedule: { every: '1h', calendar: { except: ['12-25', '2026-10-01..2026-10-07'] }, jitter: '5m' } },
      [
        {
          kind: 'every',
          intervalMs: 3_600_000,
          calendar: { except: ['12-25', '2026-10-01..2026-10-07'] },
          jitterMs: 300_000,
        },
      ],
    ],
    [{ schedule: { after: '10m' } }, [{ kind: 'after', delayMs: 600_000 }]],
    [{ schedule: { on: { file: 'D:\\in\\*.csv' } } }, [{ kind: 'file', pattern: 'D:\\in\\*.csv' }]],
    [{ schedule: { on: { job: 'extract' } } }, [{ kind: 'job', job: 'extract', outcome: 'success' }]],
    [
      { schedule: [{ on: { cpuAbove: '85%', for: '5m' } }, { on: { diskAbove: 90, disk: 'D:' } }] },
      [
        { kind: 'metric', metric: 'cpu', abovePercent: 85, forMs: 300_000 },
        { kind: 'metric', metric: 'disk', abovePercent: 90, forMs: 60_000, disk: 'D:' },
      ],
    ],
    [{ schedule: { on: 'startup', jitter: '2m' } }, [{ kind: 'startup', jitterMs: 120_000 }]],
  ])('reads the schedule %j', (change, schedule) => {
    expect(read(change).schedule).toEqual(schedule);
  });

  it('reads retries, with defaults written out', () => {
    expect(read({ retry: { attempts: 3 } }).retry).toEqual({ attempts: 3, delayMs: 60_000, backoff: 2, on: null });
    expect(read({ retry: { attempts: 3, delay: '5s', backoff: 1, on: [75, '1-7', 'timeout'] } }).retry).toEqual({
      attempts: 3,
      delayMs: 5_000,
      backoff: 1,
      on: {
        codes: [
          { from: 75, to: 75 },
          { from: 1, to: 7 },
        ],
        timeout: true,
      },
    });
  });

  it('reads exit codes as ranges of unsigned 32 bits', () => {
    expect(read({ exitCodes: { success: [0, -1], warning: ['1-7'] } }).exitCodes).toEqual({
      success: [
        { from: 0, to: 0 },
        { from: 0xffff_ffff, to: 0xffff_ffff },
      ],
      warning: [{ from: 1, to: 7 }],
    });
  });

  it('keeps secrets apart from what everybody may read', () => {
    const environment = { MODE: 'prod', TOKEN: { secret: 'etl-token' } };
    expect(read({ run: { program: 'x.exe', environment, stdin: { secret: 'key' } } }).run).toMatchObject({
      environment: { MODE: 'prod' },
      secrets: { environment: { TOKEN: 'etl-token' }, stdin: 'key' },
    });
    expect(read({ run: { program: 'x.exe', environment: { MODE: 1 } } }).run).not.toHaveProperty('secrets');
  });

  it('writes the exit codes of a known program out, so that hosts need no dictionary', () => {
    const { success, warning } = read({ exitCodes: 'robocopy' }).exitCodes;
    expect(success).toContainEqual({ from: 3, to: 3 });
    expect(warning).toEqual([{ from: 4, to: 7 }]);
  });

  it.each([
    [{ colour: 'red' }, 'colour', 'unknown_key', 'a key of the documented form'],
    [{ run: { program: 'x', argument: 'y' } }, 'run.argument', 'unknown_key', 'a key of the documented form'],
    [{ schedule: '0 25 * * *' }, 'schedule[0].cron', 'wrong_value', 'hour'],
    [{ schedule: '0 0 2 * * *' }, 'schedule[0].cron', 'wrong_value', 'field'],
    [{ schedule: [{ cron: '* * * * *', every: '5m' }] }, 'schedule[0]', 'wrong_value', 'exactly one of'],
    [{ schedule: [{ every: '90s' }] }, 'schedule[0].every', 'wrong_value', 'whole minutes'],
    [{ schedule: { cron: '* * * * *', timezone: 'Mars/Olympus' } }, 'schedule[0].timezone', 'wrong_value', 'IANA'],
    [
      { schedule: { cron: '* * * * *', calendar: '2026-12-25' } },
      'schedule[0].calendar',
      'wrong_value',
      'the name of a calendar, or -name for all days but its',
    ],
    [
      { schedule: { cron: '* * * * *', calendar: { except: ['2026-13-01'] } } },
      'schedule[0].calendar.except',
      'wrong_value',
      '"2026-13-01": expected 2026-12-25, 12-25 or a range',
    ],
    [
      { schedule: { at: '2026-12-31T23:00', calendar: { only: '12-31' } } },
      'schedule[0].calendar',
      'wrong_value',
      'no',
    ],
    [{ schedule: { after: '10m', jitter: '1m' } }, 'schedule[0].jitter', 'wrong_value', 'only beside cron, every, at'],
    [{ schedule: { every: '1h', jitter: '2d' } }, 'schedule[0].jitter', 'wrong_value', 'a duration such as'],
    [{ schedule: { after: '90s' } }, 'schedule[0].after', 'wrong_value', 'whole minutes'],
    [{ schedule: { on: { file: 'D:\\*\\a.csv' } } }, 'schedule[0].on.file', 'wrong_value', 'only in its last part'],
    [{ schedule: { on: { file: 'a', job: 'b' } } }, 'schedule[0].on', 'wrong_value', 'startup, logon or one of'],
    [{ schedule: { on: { file: 'a', for: '5m' } } }, 'schedule[0].on.for', 'wrong_value', 'no for without cpuAbove'],
    [{ schedule: { on: { cpuAbove: '0%' } } }, 'schedule[0].on.cpuAbove', 'wrong_value', 'a share such as 85%'],
    [{ schedule: { on: { job: 'b', outcome: 'odd' } } }, 'schedule[0].on.outcome', 'wrong_value', 'success'],
    [{ schedule: { on: { job: 'b' }, jitter: '1m' } }, 'schedule[0].jitter', 'wrong_value', 'no jitter'],
    [
      { run: { program: 'x', environment: { A: { secret: 'a b' } } } },
      'run.environment.A.secret',
      'wrong_value',
      'a name of letters',
    ],
    [{ run: { program: 'x', workingDirectory: '{{day}}' } }, 'run.workingDirectory', 'wrong_value', '{{day}}'],
    [{ schedule: { on: { event: { log: 'System', id: -1 } } } }, 'schedule[0].on.event.id', 'too_short', 'at least 0'],
    [{ schedule: { on: 'shutdown' } }, 'schedule[0].on', 'wrong_value', 'startup, logon or'],
    [{ schedule: { on: { evnt: {} } } }, 'schedule[0].on.evnt', 'unknown_key', 'a key of the documented form'],
    [{ name: 'a\\b' }, 'name', 'wrong_value', 'a name without'],
    [{ name: undefined }, 'name', 'missing', 'a string'],
    [{ targets: {} }, 'targets', 'missing', 'at least one of'],
    [{ schedule: undefined }, 'schedule', 'missing', 'a list'],
    [{ run: undefined }, 'run', 'missing', 'a map'],
    [
      { runAs: 'root' },
      'runAs',
      'wrong_value',
      'one of system, local-service, network-service, or a map with one of gmsa, s4u, user, interactive and the account',
    ],
    [
      { runAs: { gmsa: 'CORP\\etl' } },
      'runAs',
      'wrong_value',
      'a managed account such as CORP\\etl$, with the $ at its end',
    ],
    [{ run: { powershell: 'x'.repeat(1_000_000) } }, 'run.powershell', 'too_long', 'at most 65536 bytes'],
    [{ run: {} }, 'run', 'wrong_value', 'exactly one of program'],
    [http({ url: 'ftp://a.test' }), 'run.http.url', 'wrong_value', 'an address such as'],
    [http({ url: 'https://{{job}}.a.test/' }), 'run.http.url', 'wrong_value', 'placeholders'],
    [http({ url: 'https://a.test{{job}}/' }), 'run.http.url', 'wrong_value', 'placeholders'],
    [http({ url: 'https://me:pass@a.test/' }), 'run.http.url', 'wrong_value', 'a name or password'],
    [http({ url: 'https://a.test/{{day}}' }), 'run.http.url', 'wrong_value', '{{day}}'],
    [http({ headers: { Host: 'b' } }), 'run.http.headers.Host', 'wrong_value', 'no Host: requests get it'],
    [http({ headers: { A: 'x\r\nB: y' } }), 'run.http.headers.A', 'wrong_value', 'text of one line'],
    [http({ headers: { a: '1', A: '2' } }), 'run.http.headers', 'duplicate', 'each header once'],
    [http({ body: 'x' }), 'run.http.body', 'wrong_value', 'no body beside GET'],
    [http({ expect: { status: '6xx' } }), 'run.http.expect.status[0]', 'wrong_value', 'a status such as 200 or 2xx'],
    [
      http({ expect: { json: [{ path: '$..a', exists: true }] } }),
      'run.http.expect.json[0].path',
      'wrong_value',
      '$.status',
    ],
    [http({ expect: { json: [{ path: '$.a' }] } }), 'run.http.expect.json[0]', 'wrong_value', 'exactly one of equals'],
    [
      http({ expect: { json: [{ path: '$.a', matches: '(' }] } }),
      'run.http.expect.json[0].matches',
      'wrong_value',
      'regular',
    ],
    [http({ expect: { latencyBelow: '2' } }), 'run.http.expect.latencyBelow', 'wrong_value', '500ms or 2s'],
    [http({ saveTo: 'D:\\{{scheduledFor}}.json' }), 'run.http.saveTo', 'wrong_value', 'a stream'],
    [http({ saveTo: 'D:\\data\\' }), 'run.http.saveTo', 'wrong_value', 'it is a folder'],
    [http({ method: 'HEAD', saveTo: 'D:\\a' }), 'run.http.method', 'wrong_value', 'has no body'],
    [
      { run: { healthCheck: { url: 'https://a.test', body: 'x' } } },
      'run.healthCheck.body',
      'unknown_key',
      'documented',
    ],
    [{ run: { cleanup: { root: 'D:\\logs' } } }, 'run.cleanup.patterns', 'missing', 'a list'],
    [{ run: { metrics: { log: 'metrics.csv' } } }, 'run.metrics.log', 'wrong_value', 'it is not absolute'],
    [metrics({ processes: ['sql*'] }), 'run.metrics.processes[0]', 'wrong_value', 'a name without path or wildcards'],
    [metrics({ processes: ['a.exe', 'A'] }), 'run.metrics.processes', 'duplicate', 'each name once'],
    [metrics({ services: ['-x'] }), 'run.metrics.services[0]', 'wrong_value', 'a name without'],
    [metrics({ disks: ['C'] }), 'run.metrics.disks[0]', 'wrong_value', 'a drive such as C:'],
    [metrics({ keep: { bytes: 10 } }), 'run.metrics.keep.bytes', 'wrong_value', 'a size such as'],
    [{ run: { report: {} } }, 'run.report.to', 'missing', 'a list'],
    [report({ to: ['a', 'A'] }), 'run.report.to', 'duplicate', 'each channel once'],
    [report({ jobs: [] }), 'run.report.jobs', 'too_short', ''],
    [report({ jobs: 'a/b' }), 'run.report.jobs[0]', 'wrong_value', 'the name of a job, with *'],
    [report({ hosts: 'all' }), 'run.report.hosts', 'wrong_value', 'this, or a map as in targets'],
    [report({ period: '2 weeks' }), 'run.report.period', 'wrong_value', 'since-last'],
    [report({ period: '90d' }), 'run.report.period', 'wrong_value', 'a duration'],
    [cleanup({ root: 'logs' }), 'run.cleanup.root', 'wrong_value', 'it is not absolute'],
    [cleanup({ root: 'C:\\' }), 'run.cleanup.root', 'wrong_value', 'it is a whole drive'],
    [cleanup({ root: 'D:\\a\\..\\b' }), 'run.cleanup.root', 'wrong_value', '. or ..'],
    [cleanup({ patterns: ['*.log', '..\\*'] }), 'run.cleanup.patterns[1]', 'wrong_value', 'a pattern such as *.log'],
    [cleanup({ patterns: [] }), 'run.cleanup.patterns', 'too_short', 'at least 1'],
    [cleanup({ olderThan: 'old' }), 'run.cleanup.olderThan', 'wrong_value', 'a duration such as'],
    [cleanup({ untilFree: '20GB' }), 'run.cleanup.untilFree', 'wrong_value', 'a size such as'],
    [cleanup({ archive: 'd:/logs/old' }), 'run.cleanup.archive', 'wrong_value', 'apart from the root'],
    [cleanup({ recycle: true }), 'run.cleanup.recycle', 'unknown_key', 'documented form'],
    [
      { run: { ...cleanup({}).run, workingDirectory: 'D:\\' } },
      'run.workingDirectory',
      'wrong_value',
      'done by the agent itself',
    ],
    [backup({ to: 'D:\\data\\backup' }), 'run.backup.to', 'wrong_value', 'a folder outside D:\\data'],
    [backup({ from: ['E:\\backup\\old'] }), 'run.backup.from[0]', 'wrong_value', 'a path outside E:\\backup'],
    [backup({ from: ['D:\\data', 'd:/DATA/x'] }), 'run.backup.from[1]', 'wrong_value', 'which is saved anyway'],
    [backup({ from: [] }), 'run.backup.from', 'too_short', 'at least 1'],
    [backup({ mode: 'differential' }), 'run.backup.mode', 'wrong_value', 'full, incremental, or'],
    [backup({ mode: { full: 'someday' } }), 'run.backup.mode', 'wrong_value', 'full, incremental, or'],
    [backup({ compare: 'mtime' }), 'run.backup.compare', 'wrong_value', 'size+mtime, hash'],
    [backup({ keep: { count: 0 } }), 'run.backup.keep.count', 'too_short', 'at least 1'],
    [backup({ to: '%TEMP%' }), 'run.backup.to', 'wrong_value', 'an absolute path'],
    [{ run: { ...cleanup({}).run, program: 'x' } }, 'run', 'wrong_value', 'exactly one of program'],
    [{ timeout: '5 parsecs' }, 'timeout', 'wrong_value', 'a duration such as'],
    [{ retry: { attempts: 1 } }, 'retry.attempts', 'too_short', 'at least 2'],
    [{ retry: { attempts: 3, on: ['crash'] } }, 'retry.on[0]', 'wrong_value', 'documented forms'],
    [{ when: { cpuBelow: '170%' } }, 'when.cpuBelow', 'wrong_value', 'a share such as 85%'],
    [{ when: { waitUpTo: '5m' } }, 'when', 'missing', 'at least one of cpuBelow'],
    [{ when: { fileExists: 'D:\\*\\x.csv' } }, 'when.fileExists', 'wrong_value', 'only in its last part'],
    [{ when: { fileExists: '{{day}}.csv' } }, 'when.fileExists', 'wrong_value', '{{day}}: expected one of'],
    [{ when: { idle: true } }, 'when.idle', 'unknown_key', 'documented form'],
    [
      { run: { program: 'x', arguments: ['{{date}}'] } },
      'run.arguments[0]',
      'wrong_value',
      '{{date}}: expected one of',
    ],
    [{ run: { program: 'x', environment: { A: '{{x}}' } } }, 'run.environment', 'wrong_value', '{{x}}'],
    [{ exitCodes: { success: ['7-1'] } }, 'exitCodes.success[0]', 'wrong_value', 'an exit code'],
    [{ exitCodes: 'rsync' }, 'exitCodes', 'wrong_value', 'one of robocopy, msiexec, posix'],
    [{ output: { keep: '1GB' } }, 'output.keep', 'wrong_value', 'a size such as'],
    [
      { kind: 'Jbo' },
      'kind',
      'wrong_value',
      'one of Job, HostGroup, Calendar, AlertPolicy, Channel, OnCall, Route, Silence, MaintenanceWindow',
    ],
  ])('refuses %j by naming %s', (change, path, code, expected) => {
    expect(problem(change)).toMatchObject({ path, code });
    expect(problem(change)?.expected).toContain(expected);
    expect(problem(change)?.message).toContain(path);
  });

  it.each([
    ['0 25 * * *', '"0 25 * * *"'],
    [{ cron: '0 25 * * *' }, '"0 25 * * *"'],
    [['* * * * *', { cron: '0 25 * * *' }], '"0 25 * * *"'],
    [[{ every: 5 }], '5'],
  ])('shows what stands there, in every form of a schedule: %j', (schedule, got) => {
    expect(problem({ schedule })?.got).toBe(got);
  });

  it('reports all problems of a document together', () => {
    const result = readDocument({ ...shortest, colour: 'red', runAs: 'root', schedule: 'x' });
    expect(result.ok ? [] : result.problems.map((found) => found.path).sort()).toEqual([
      'colour',
      'runAs',
      'schedule[0].cron',
    ]);
  });

  it.each([[null], [[]], ['text'], [{ task: {} }]])('refuses the document %j', (raw) => {
    expect(readDocument(raw).ok).toBe(false);
  });
});
