import type { Conditions, Manifest } from '@carillon/core/job/job-spec';
import { fillTemplate, type TemplateFacts } from '@carillon/core/run/template';
import type { RunningFile } from './running-file.js';

type OfRun = Pick<RunningFile['identity'], 'runId' | 'scheduledFor' | 'startedAt'>;

/** What the job runs, with its placeholders filled in. Scripts stay as they are: they read the variables. */
export function filledIn(manifest: Manifest, identity: OfRun, attempt: number, timezone: string): Manifest['run'] {
  const facts = templateFacts(manifest, identity, attempt, timezone);
  const fill = (text: string) => fillTemplate(text, facts);
  const { run } = manifest;
  const environment = Object.fromEntries(Object.entries(run.environment).map(([name, text]) => [name, fill(text)]));
  const workingDirectory = run.workingDirectory === null ? null : fill(run.workingDirectory);
  const filled = { ...run, workingDirectory, environment };
  return filled.kind === 'program' ? { ...filled, arguments: filled.arguments.map(fill) } : filled;
}

/** What must hold before the program starts, with its placeholders filled in; undefined: nothing. */
export function conditionsOf(
  { when, ...manifest }: Manifest,
  identity: OfRun,
  timezone: string,
): Conditions | undefined {
  if (when?.fileExists === undefined) return when;
  return { ...when, fileExists: fillTemplate(when.fileExists, templateFacts(manifest, identity, 1, timezone)) };
}

function templateFacts(
  { name }: Pick<Manifest, 'name'>,
  { runId, scheduledFor, startedAt }: OfRun,
  attempt: number,
  timezone: string,
): TemplateFacts {
  const scheduledForMs = scheduledFor === null ? null : Date.parse(scheduledFor);
  return { job: name, runId, attempt, scheduledForMs, startedMs: Date.parse(startedAt), timezone };
}
