import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

describe('carillon drill, asked wrongly', () => {
  it.each([
    [['--server', 'http://production.test'], '--server: a drill breaks things'],
    [['--label', 'berlin'], 'label: expected key=value'],
    [['--label', 'site='], '--label: expected key=value, got "site="'],
    [['--hosts', '1'], 'Expected a whole number from 2 to 40.'],
    [['--seconds', '4'], 'Expected a whole number from 5 to 3600.'],
    [['--scenario', 'earthquake'], 'Allowed choices are agent-stop, server-loss'],
    [['--report', 'nowhere/report.md'], '--report: expected a file in a folder that is there, got nowhere/report.md'],
  ])('%j starts nothing, and says what was expected', async (args, words) => {
    const answer = await cli.run('drill', ...args);
    expect(answer).toMatchObject({ exitCode: 2, stdout: '' });
    expect(answer.stderr).toContain(words);
    expect(answer.stderr).not.toContain('starting');
  });
});
