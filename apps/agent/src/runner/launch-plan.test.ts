import { describe, expect, it } from 'vitest';
import { planLaunch } from './launch-plan.js';

const windows = {
  platform: 'win32',
  env: { ComSpec: 'C:\\Windows\\System32\\cmd.exe', SystemRoot: 'C:\\Windows', PATH: '' },
  scriptFile: 'C:\\x\\job.cmd',
} as const;
const here = { platform: 'linux', env: { PATH: process.env.PATH }, scriptFile: '/x/job.ps1' } as const;
const rest = { workingDirectory: null, environment: {} };
const program = (name: string, ...args: string[]) =>
  ({ kind: 'program', program: name, arguments: args, ...rest }) as const;

describe('how a program is started', () => {
  it('finds a program by its path or on the PATH', () => {
    expect(planLaunch(program(process.execPath, 'a b'), here)).toMatchObject({
      kind: 'start',
      program: process.execPath,
      arguments: ['a b'],
    });
    expect(planLaunch(program('sh'), here)).toMatchObject({ kind: 'start' });
  });

  it('says 127 for a program that is not there and 126 for a file that is none', () => {
    expect(planLaunch(program('/no/such/program'), here)).toMatchObject({
      kind: 'cannot-start',
      exitCode: 127,
      reason: 'program_not_found',
    });
    expect(planLaunch(program('no-such-program-anywhere'), here)).toMatchObject({ exitCode: 127 });
    expect(planLaunch(program(import.meta.filename), here)).toMatchObject({
      kind: 'cannot-start',
      exitCode: 126,
      reason: 'not_executable',
    });
    expect(planLaunch({ kind: 'batch', script: 'echo', ...rest }, here)).toMatchObject({
      kind: 'cannot-start',
      exitCode: 127,
    });
  });

  it('does not take a folder for a program', () => {
    expect(planLaunch(program('/tmp'), here)).toMatchObject({ kind: 'cannot-start', exitCode: 127 });
  });

  it('keeps cmd.exe from acting on signs in arguments', () => {
    const facts = { ...windows, env: { ...windows.env, ComSpec: process.execPath } };
    const plan = planLaunch(program('C:\\jobs\\a.bat', 'x&calc', 'plain', 'two words'), facts);
    // The shell's own file must exist; here Node stands for it. Off Windows its path has slashes.
    expect(plan).toMatchObject({
      kind: 'start',
      verbatim: true,
      arguments: ['/d', '/s', '/c', '"C:\\jobs\\a.bat "x&calc" plain "two words""'],
    });
  });
});
