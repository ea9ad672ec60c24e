import { describe, expect, it } from 'vitest';
import type { RunSpec } from '../job/job-spec.js';
import {
  type DryRunFacts,
  describeDryRun,
  dryRunOfExitCode,
  dryRunVerdicts,
  exitCodeOfDryRun,
  verdictLine,
} from './dry-run.js';

const nowMs = Date.parse('2026-11-28T07:00:00Z');
const program: RunSpec = {
  kind: 'program',
  program: 'D:\\tools\\etl.exe',
  arguments: ['--date', '{{scheduledFor:yyyy-MM-dd}}'],
  workingDirectory: 'D:\\tools',
  environment: { MODE: 'prod-value' },
  secrets: { environment: { TOKEN: 'etl-token' }, stdin: 'ssh-key' },
};

function factsOf(changes: Partial<DryRunFacts> = {}, job: Partial<DryRunFacts['job']> = {}): DryRunFacts {
  return {
    job: {
      name: 'etl',
      version: 3,
      run: program,
      runAs: 'gmsa:CORP\\etl$',
      onOverlap: 'skip',
      timeoutMs: 7_200_000,
      retry: { attempts: 3, delayMs: 60_000, backoff: 2, on: null },
      enabled: true,
      ...job,
    },
    host: 'DB-01',
    lookedAs: 'SYSTEM',
    nowMs,
    launch: { ok: true, program: 'D:\\tools\\etl.exe', arguments: ['--date', '2026-11-28', 'a b'] },
    workingDirectory: { path: 'D:\\tools', isThere: true },
    secrets: new Map([
      ['etl-token', true],
      ['ssh-key', true],
    ]),
    underWay: [],
    conditions: null,
    pause: undefined,
    nextStart: '2026-11-29 02:00:00 (Europe/Berlin)',
    ...changes,
  };
}

const underWay = [{ runId: 'r-1', isWaiting: false }];
const noFile = { met: false, reason: 'condition_file', message: 'no file D:\\in\\a.csv' } as const;

describe('a dry run', () => {
  it('tells what would be started, names and never values', () => {
    const told = describeDryRun(factsOf());
    expect(told).toMatchObject({ verdict: 'would_run', because: '' });
    expect(told.lines).toEqual([
      'dry run of etl v3 on DB-01: nothing is started or changed',
      'account: gmsa:CORP\\etl$ (looked at as SYSTEM, who may see more or less)',
      'program: D:\\tools\\etl.exe',
      'arguments: "--date" "2026-11-28" "a b"',
      'working directory: D:\\tools',
      'environment, beside what the host has: MODE',
      'secret etl-token, as TOKEN: here',
      'secret ssh-key, as standard input: here',
      'time limit: 2h for each of 3 attempts, 1m apart',
      'by its schedule: next at 2026-11-29 02:00:00 (Europe/Berlin); a start by hand counts at any time',
    ]);
    expect(told.lines.join()).not.toContain('prod-value');
  });

  const missing = new Map([
    ['etl-token', false],
    ['ssh-key', true],
  ]);
  it.each([
    ['a program that is not there', { launch: { ok: false, message: 'program not found: x' } }, 'program not found: x'],
    [
      'a folder that is not there',
      { workingDirectory: { path: 'D:\\x', isThere: false } },
      'no working directory D:\\x',
    ],
    ['a secret that is not there', { secrets: missing }, 'no secret etl-token on this host'],
    ['secrets that cannot be read', { secrets: { problem: 'damaged' } }, 'damaged'],
  ] as const)('would fail by %s', (_what, changes, because) => {
    const told = describeDryRun(factsOf(changes));
    expect(told).toMatchObject({ verdict: 'would_fail', because });
    expect(told.lines).toContain(`problem: ${because}`);
    expect(verdictLine(told)).toBe(`it would fail: ${because}`);
  });

  it.each([
    ['a run under way that may not be joined', { underWay }, {}, 'would_skip', 'run r-1 is still under way'],
    ['one to wait for', { underWay }, { onOverlap: 'queue' }, 'would_wait', 'for run r-1'],
    ['one that would be ended', { underWay }, { onOverlap: 'replace' }, 'would_run', ''],
    ['conditions that do not hold', { conditions: noFile }, {}, 'would_skip', 'no file D:\\in\\a.csv'],
    [
      'conditions it may wait for',
      { conditions: noFile },
      { when: { fileExists: 'x', waitUpToMs: 1_800_000 } },
      'would_wait',
      'up to 30m: no file D:\\in\\a.csv',
    ],
    ['conditions that hold', { conditions: { met: true } }, {}, 'would_run', ''],
    ['a job that is off', {}, { enabled: false }, 'would_skip', expect.stringContaining('switched off')],
  ] as const)('with %s', (_what, changes, job, verdict, because) => {
    expect(describeDryRun(factsOf(changes, job))).toMatchObject({ verdict, because });
  });

  it('that would be skipped, or wait, names what is missing all the same', () => {
    const changes = { underWay, launch: { ok: false, message: 'program not found: x' } } as const;
    const skipped = describeDryRun(factsOf(changes));
    expect([skipped.verdict, skipped.lines]).toEqual([
      'would_skip',
      expect.arrayContaining(['problem: program not found: x']),
    ]);
    expect(describeDryRun(factsOf(changes, { onOverlap: 'queue' })).verdict).toBe('would_fail');
  });

  it('on a host that is paused says that a start by hand is not left out', () => {
    const pause = { id: 'p', fromMs: nowMs, untilMs: nowMs + 1, afterwards: 'skip', by: 'Ann', reason: '' } as const;
    const told = describeDryRun(factsOf({ pause }));
    expect([told.verdict, told.lines.filter((line) => line.startsWith('paused by Ann'))]).toEqual([
      'would_run',
      ['paused by Ann until 2026-11-28T07:00:00.001Z; starts by its schedule are left out, one by hand is not'],
    ]);
    expect(describeDryRun(factsOf({ pause, nowMs: nowMs + 1 })).lines.join()).not.toContain('Ann');
  });

  it('has an exit code for each verdict, and no verdict for another', () => {
    for (const verdict of dryRunVerdicts) expect(dryRunOfExitCode(exitCodeOfDryRun(verdict))).toBe(verdict);
    expect([1, 2, 127, null].map(dryRunOfExitCode)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
