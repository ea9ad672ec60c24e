import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { type CalendarDays, unknownCalendarsOf, withDays } from '@carillon/core/calendar/named-days';
import { makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { type CheckedDocument, problemsError, readDocuments } from '../lib/documents.js';
import { CliError, usageError } from '../lib/errors.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';

interface TaskPreview {
  readonly path: string;
  readonly hostTimezone: string;
  readonly exactness: 'exact' | 'gated';
  readonly reasons: readonly string[];
  readonly xml: string;
}

/** `carillon xml JOB|FILE`. */
export function addXml(program: Command, cli: Cli): void {
  const command = program
    .command('xml')
    .description('print the task that Task Scheduler gets: of a job, or of a file without asking the server')
    .argument('<job|file>', 'a job, a file with jobs, or - for standard input')
    .option('--timezone <zone>', "time zone of the host (default: the server's choice, or for a file the one here)");
  handle(command, cli, async (session: Session, { timezone }: { timezone?: string }, what: string) => {
    if (timezone !== undefined && !isTimeZone(timezone))
      throw usageError(`--timezone: expected an IANA time zone such as Asia/Shanghai, got ${JSON.stringify(timezone)}`);
    if (isFile(session, what)) return show(session, await compileFile(session, what, timezone));
    const preview = await session.call(jobRoutes.taskXml, { name: what, timezone });
    if (session.json) session.printJson(preview);
    else show(session, [preview]);
  });
}

/** Names of jobs cannot hold slashes; what ends like a file is one even when it is missing. */
function isFile({ io }: Session, what: string): boolean {
  return what === '-' || /[\\/]|\.(ya?ml|json)$/i.test(what) || existsSync(resolve(io.cwd, what));
}

async function compileFile(session: Session, file: string, timezone: string | undefined): Promise<TaskPreview[]> {
  const documents = await readDocuments(session.io, [file]);
  const calendars = new Map(
    documents.flatMap(({ document: { kind, spec } }) =>
      kind === 'Calendar' ? [[spec.name.toLowerCase(), spec.days] as const] : [],
    ),
  );
  const previews = documents.flatMap((document) =>
    compileJob(document, calendars, timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
  );
  if (previews.length === 0) throw new CliError(`${file}: expected a document of kind Job, got none`);
  return previews;
}

/** The id of a job is the server's to give; until then it is nought. */
const noId = '00000000-0000-0000-0000-000000000000';

/** Its calendars are looked for in the same file or folder: no server is asked. */
function compileJob(
  { document, source }: CheckedDocument,
  calendars: CalendarDays,
  hostTimezone: string,
): TaskPreview[] {
  if (document.kind !== 'Job') return [];
  const unknown = unknownCalendarsOf(document.spec, calendars);
  if (unknown.length > 0) throw problemsError(unknown.map((problem) => source.locate(problem)));
  const spec = withDays(document.spec, calendars);
  const runner = { command: 'carillon-agent.exe', arguments: ['run'] };
  const task = taskForJob(makeManifest(noId, 1, spec), { hostTimezone, runner });
  if (!task.ok) throw problemsError(task.problems.map((problem) => source.locate(problem)));
  const { path, exactness, reasons, definition } = task.value;
  return [{ path, hostTimezone, exactness, reasons, xml: writeTaskXml(definition) }];
}

function show(session: Session, previews: readonly TaskPreview[]): undefined {
  if (session.json) {
    session.printJson(previews);
    return;
  }
  for (const { path, hostTimezone, exactness, reasons, xml } of previews) {
    session.note(
      safeText(`${path} (${hostTimezone}): ${exactness}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`),
    );
    session.print(xml);
  }
}
