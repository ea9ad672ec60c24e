import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drillScenarios } from '../drill/drill-plan.js';
import { CliHarness } from '../testing/cli-harness.js';

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

it('carillon drill --help says what each scenario proves, how long it takes, and that no real host is touched', async () => {
  const { stdout } = await cli.run('drill', '--help');
  for (const name of drillScenarios) expect(stdout).toMatch(new RegExp(`^  ${name} +[a-zR].{30,}`, 'm'));
  expect(stdout).toContain('about 24 s for each scenario');
  expect(stdout).toContain('No real host, server or database is touched');
});

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
