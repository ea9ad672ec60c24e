import { describe, expect, it } from 'vitest';
import { expandVariables, launchProgram } from './launch.js';

async function resultOf(command: string, args: string, workingDirectory?: string): Promise<number> {
  const started = await launchProgram({
    kind: 'exec',
    command,
    arguments: args,
    ...(workingDirectory ? { workingDirectory } : {}),
  });
  return 'pid' in started ? started.exited : started.resultCode;
}

describe('programs', () => {
  it.each([
    ['/bin/sh', '-c "exit 7"', undefined, 7],
    ['"/bin/sh"', '-c "exit 0"', '/tmp', 0],
    ['/bin/sh', '-c "kill -9 $$"', undefined, 137],
    ['/nowhere/program', '', undefined, 0x80070002],
    ['/etc/passwd', '', undefined, 0x80070005],
    ['/bin/sh', '-c "exit 0"', '/nowhere', 0x8007010b],
  ])('%s %s in %s', async (command, args, folder, code) => expect(await resultOf(command, args, folder)).toBe(code));

  it('expands %NAME%', () => {
    expect(expandVariables('%Tools%\\a %none% 100%', { TOOLS: 'D:\\t' })).toBe('D:\\t\\a %none% 100%');
  });
});
