import { jobTemplates } from '@carillon/core/job/job-templates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

describe('new', () => {
  it.each(Object.keys(jobTemplates))('prints a %s that is read as it is, and becomes a task', async (kind) => {
    const { stdout, exitCode } = await cli.run('new', kind);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# /);
    cli.file('job.yaml', stdout);
    const task = await cli.run('xml', 'job.yaml', '--timezone', 'UTC', '--json');
    expect(task.stderr).toBe('');
    expect(JSON.parse(task.stdout)).toMatchObject([{ exactness: 'exact' }]);
  });

  it('names what there is', async () => {
    const answer = await cli.run('new', 'espresso');
    expect([answer.exitCode, answer.stderr]).toEqual([2, expect.stringContaining('expected one of backup, cleanup')]);
  });
});
