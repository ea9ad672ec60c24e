import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

describe('schedule explain', () => {
  it('shows triggers and fires, with what the clocks do', async () => {
    const answer = await cli.run(
      'schedule',
      'explain',
      '30 2 * * 0',
      '--host-timezone',
      'America/New_York',
      '--from',
      '2027-03-08T00:00:00Z',
      '--count',
      '2',
    );
    expect(answer.exitCode).toBe(0);
    expect(answer.stdout).toContain('exact');
    expect(answer.stdout).toContain('every Sunday at 02:30:00');
    expect(answer.stdout).toMatch(/2027-03-14 03:00:00 America\/New_York +2027-03-14T07:00:00.000Z +clocks go forward/);
  });

  it('says why a gate is needed, as one JSON document', async () => {
    const answer = await cli.run(
      'schedule',
      'explain',
      '0 9 * * 1-5',
      '--timezone',
      'Asia/Shanghai',
      '--host-timezone',
      'Europe/Berlin',
      '--from',
      '2027-03-20T00:00:00Z',
      '--json',
    );
    const told = JSON.parse(answer.stdout) as {
      exactness: string;
      reasons: string[];
      fires: { at: string }[];
      triggers: unknown[];
    };
    expect(told.exactness).toBe('gated');
    expect(told.reasons[0]).toContain('time zone');
    expect(told.triggers).toHaveLength(2);
    expect(told.fires[0]?.at).toBe('2027-03-22T01:00:00.000Z');
  });

  it.each([
    [['61 * * * *'], 1, '61'],
    [['0 2 * * *', '--timezone', 'Mars/Base'], 2, '--timezone'],
    [['0 2 * * *', '--from', 'soon'], 2, '--from'],
    [['every tuesday'], 2, 'every'],
    [['0 0 * * * *'], 1, 'seconds'],
  ])('refuses %j by name', async (args, exitCode, named) => {
    const answer = await cli.run('schedule', 'explain', ...args);
    expect(answer.exitCode).toBe(exitCode);
    expect(answer.stderr).toContain(named);
  });
});

describe('schedule verify', () => {
  it('counts and names, and needs no server', async () => {
    cli.file('crontab', '0 2 * * * /bin/x\n*/7 1-9 * * mon /bin/y\n0 0 30 2 * /bin/never\n0 2 * * * /bin/twice\n');
    const answer = await cli.run('schedule', 'verify', 'crontab', '--json');
    expect(answer.exitCode).toBe(0);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      total: 3,
      mismatches: [],
      rejected: [{ expr: '0 0 30 2 *', line: 3 }],
    });
  });
});
