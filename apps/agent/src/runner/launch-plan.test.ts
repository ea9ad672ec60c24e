import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSpec } from '@carillon/core/job/job-spec';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.js';
import { type HostFacts, planLaunch } from './launch-plan.js';

const shared = { workingDirectory: null, environment: {} };
const program = (name: string, ...args: string[]): RunSpec => ({
  kind: 'program',
  program: name,
  arguments: args,
  ...shared,
});
const script = (kind: 'powershell' | 'batch'): RunSpec => ({ kind, script: 'exit 1', ...shared });

function facts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    platform: 'linux',
    env: {},
    scriptFile: '/jobs/a b.ps1',
    action: { command: 'carillon-agent', arguments: ['action', 'J'] },
    ...changes,
  };
}

function file(name: string, mode: number): string {
  const path = join(makeTempFolder(), name);
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

describe('a program', () => {
  it('is started as it is, with its arguments untouched', () => {
    const path = file('tool', 0o755);
    expect(planLaunch(program(path, 'a b', '%PATH%', ''), facts())).toEqual({
      kind: 'start',
      program: path,
      arguments: ['a b', '%PATH%', ''],
      verbatim: false,
    });
  });

  it('is found on the PATH, folders of the same name left out', () => {
    const decoy = makeTempFolder();
    mkdirSync(join(decoy, 'tool'));
    const path = file('tool', 0o755);
    const env = { PATH: `${decoy}:${join(path, '..')}` };
    expect(planLaunch(program('tool'), facts({ env }))).toMatchObject({ kind: 'start', program: path });
  });

  it.each(['/no/such/tool', 'no-such-tool', '/tmp'])('%s is not found', (name) => {
    expect(planLaunch(program(name), facts({ env: { PATH: '/bin' } }))).toMatchObject({
      kind: 'cannot-start',
      exitCode: 127,
      reason: 'program_not_found',
    });
  });

  it('that is not executable is another matter', () => {
    expect(planLaunch(program(file('data.txt', 0o644)), facts())).toMatchObject({
      kind: 'cannot-start',
      exitCode: 126,
      reason: 'not_executable',
    });
  });

  it('may be named without its ending on Windows', () => {
    const path = file('tool.exe', 0o644);
    const windows = facts({ platform: 'win32', env: { Path: join(path, '..') } });
    expect(planLaunch(program('tool'), windows)).toMatchObject({ kind: 'start', program: path });
  });
});

describe('a batch file', () => {
  const windows = facts({ platform: 'win32', env: { ComSpec: 'C:\\W\\cmd.exe' }, scriptFile: 'C:\\J\\a b.cmd' });
  const lineOf = (run: RunSpec) => {
    const plan = planLaunch(run, windows);
    return plan.kind === 'start' ? plan.arguments.at(-1) : undefined;
  };

  it('goes through cmd.exe as one verbatim line', () => {
    expect(planLaunch(program('C:\\x\\b.BAT', 'one'), windows)).toEqual({
      kind: 'start',
      program: 'C:\\W\\cmd.exe',
      arguments: ['/e:on', '/v:off', '/d', '/s', '/c', '"C:\\x\\b.BAT one"'],
      verbatim: true,
    });
    expect(lineOf(script('batch'))).toBe('""C:\\J\\a b.cmd""');
  });

  it.each([
    ['plain', 'plain'],
    ['two words', '"two words"'],
    ['', '""'],
    ['a&b', '"a&b"'],
    ['a|b', '"a|b"'],
    ['a^b', '"a^b"'],
    ['<in>', '"<in>"'],
    ['(x)', '"(x)"'],
    ['a,b', '"a,b"'],
    ['%PATH%', '"%%cd:~,%PATH%%cd:~,%"'],
    ['say "hi" & go', '"say ""hi"" & go"'],
    ['C:\\x\\"y', '"C:\\x\\\\""y"'],
    ['C:\\dir with blank\\', '"C:\\dir with blank\\\\"'],
    ['C:\\a&b\\', '"C:\\a&b\\\\"'],
  ])('quotes %s so that cmd.exe leaves it alone', (argument, quoted) => {
    expect(lineOf(program('b.cmd', argument))).toBe(`"b.cmd ${quoted}"`);
  });

  it('needs cmd.exe', () => {
    expect(planLaunch(script('batch'), facts())).toMatchObject({ kind: 'cannot-start', exitCode: 127 });
    expect(planLaunch(program('/x/b.cmd'), facts())).toMatchObject({ kind: 'cannot-start', exitCode: 127 });
  });
});

describe('PowerShell', () => {
  it('gets scripts with -File, which passes exit codes on', () => {
    const path = file('pwsh', 0o755);
    const env = { PATH: join(path, '..') };
    const switches = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'];
    expect(planLaunch(script('powershell'), facts({ env }))).toMatchObject({
      program: path,
      arguments: [...switches, '/jobs/a b.ps1'],
    });
    expect(planLaunch(program('/x/y.PS1', '-Full', 'a b'), facts({ env }))).toMatchObject({
      program: path,
      arguments: [...switches, '/x/y.PS1', '-Full', 'a b'],
    });
  });

  it('is 127 where there is none', () => {
    expect(planLaunch(script('powershell'), facts({ env: { PATH: '/nowhere' } }))).toMatchObject({ exitCode: 127 });
  });
});
