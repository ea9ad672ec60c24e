import { isAction } from '@carillon/core/action/action-spec';
import type { Manifest } from '@carillon/core/job/job-spec';
import { describeDryRun, exitCodeOfDryRun, verdictLine } from '@carillon/core/run/dry-run';
import { Redactor } from '@carillon/core/run/redact';
import { ActionReport } from '../actions/action-report.js';
import { lookAhead } from '../runner/look-ahead.js';
import type { AgentFolder } from '../state/agent-folder.js';

/**
 * Says what a start of a job would do now: what its runner would look at, then what its action would do, then the verdict.
 * Changes nothing.
 * @param write takes UTF-8, without the values of the job's secrets
 * @param act makes the action's own dry run; gives its exit code
 * @returns the exit code, `exitCodeOfDryRun`
 */
export async function sayDryRun(
  folder: AgentFolder,
  manifest: Manifest,
  host: string,
  write: (bytes: Buffer) => void,
  act: (report: ActionReport) => Promise<number>,
): Promise<number> {
  const { facts, secretValues } = await lookAhead(folder, manifest, host, process.env);
  const redactor = new Redactor(secretValues);
  const say = (text: string) => write(redactor.take(Buffer.from(text)));
  // One stream, so that a problem stands where it was found.
  const report = new ActionReport(say, say);
  const found = describeDryRun(facts);
  for (const line of found.lines) report.say(line);
  let told: Pick<typeof found, 'verdict' | 'because'> = found;
  if (isAction(manifest.run) && (await act(report)) !== 0 && found.verdict !== 'would_skip')
    told = { verdict: 'would_fail', because: found.because || 'see what its action says' };
  report.say(verdictLine(told));
  write(redactor.end());
  return exitCodeOfDryRun(told.verdict);
}
