import { limits } from '@carillon/contract/limits';
import { describe, expect, it } from 'vitest';
import { askDryRun, dryRunCommand } from './ask-dry-run.js';

/** A piece of JavaScript in place of the agent's own program. */
const script = (code: string) => ({ command: process.execPath, arguments: ['-e', code] });

describe('asking for a dry run', () => {
  it('starts what can make nothing but a dry run', () => {
    const { arguments: words } = dryRunCommand('/data', 'some-job');
    expect(words.slice(-5)).toEqual(['action', '--dry-run', '--data', '/data', 'some-job']);
  });

  it('gives the verdict and what was said, with no word of a run around it', async () => {
    process.env.CARILLON_RUN_ID = 'of another run';
    try {
      const told = await askDryRun(
        script('console.log(process.env.CARILLON_RUN_ID, "here"); process.exitCode = 3'),
        60_000,
      );
      expect(told).toEqual({ ok: true, verdict: 'would_skip', answer: 'undefined here\n' });
    } finally {
      delete process.env.CARILLON_RUN_ID;
    }
  });

  it('that ends otherwise is no verdict', async () => {
    const told = await askDryRun(script('console.error("damaged"); process.exitCode = 1'), 60_000);
    expect(told).toMatchObject({
      ok: false,
      code: 'dry_run_failed',
      message: 'the dry run ended with exit code 1',
      answer: 'damaged\n',
    });
    const gone = await askDryRun({ command: '/no/such/program', arguments: [] }, 60_000);
    expect(gone).toMatchObject({ ok: false, code: 'dry_run_failed' });
  });

  it('that takes too long is ended, whatever it has started', async () => {
    const child = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit' })`;
    const told = await askDryRun(script(`${child}; console.log("begun"); setInterval(() => {}, 1000)`), 1_000);
    expect(told).toMatchObject({ ok: false, code: 'dry_run_late', message: 'the dry run did not end within 1 s' });
  }, 10_000);

  it('is never longer than a frame may carry', async () => {
    const told = await askDryRun(
      script('for (let n = 0; n < 30000; n += 1) console.log("would remove /some/file/" + n)'),
      60_000,
    );
    const answer = told.answer ?? '';
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(limits.answerBytes);
    expect(answer).toMatch(/bytes left out]\n/);
    expect(answer.endsWith('/29999\n')).toBe(true);
  });
});
