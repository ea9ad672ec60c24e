import { ApiFailure } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import type { Problem } from '@carillon/core/problem';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { type CheckedDocument, problemsError, readDocuments } from '../lib/documents.js';
import { CliError } from '../lib/errors.js';
import { describeChange, warningLines } from '../lib/print.js';
import type { Session } from '../lib/session.js';

export interface ApplyOptions {
  readonly dryRun?: boolean | undefined;
  readonly allowNoHosts?: boolean | undefined;
  readonly author?: string | undefined;
  readonly reason?: string | undefined;
}

/** `carillon apply`. */
export function addApply(program: Command, cli: Cli): void {
  const command = program
    .command('apply')
    .description('create or change jobs, host groups and alert policies from files, all or nothing')
    .requiredOption('-f, --file <path...>', 'a file, a folder (its *.yaml, *.yml and *.json), or - for standard input');
  handle(addApplyOptions(command), cli, async (session: Session, options: ApplyOptions & { file: string[] }) => {
    return applyDocuments(session, await readDocuments(session.io, options.file), options);
  });
}

/** The options that `apply` and `import` share. */
export function addApplyOptions(command: Command): Command {
  return command
    .option('--dry-run', 'check everything, change nothing')
    .option('--allow-no-hosts', 'accept jobs whose targets match no host yet')
    .option('--author <name>', 'who is changing it, for the history (default: your user name)')
    .option('--reason <text>', 'why, for the history');
}

/** Sends checked documents in one request and tells what became of each. */
export async function applyDocuments(
  session: Session,
  documents: readonly CheckedDocument[],
  options: ApplyOptions,
): Promise<undefined> {
  const author = options.author ?? session.io.userName;
  const body = {
    documents: documents.map(({ source }) => source.raw),
    dryRun: options.dryRun === true,
    allowNoHosts: options.allowNoHosts === true,
    ...(author === undefined ? {} : { author }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  };
  checkSize(body);
  const answer = await session
    .call(jobRoutes.apply, { body: withSources(session, body, documents) })
    .catch((error: unknown) => {
      throw locateProblems(error, documents);
    });
  if (session.json) return session.printJson(answer);
  const suffix = answer.dryRun ? ' (dry run: nothing was changed)' : '';
  for (const result of answer.results) {
    session.print(`${describeChange(result)}${suffix}`);
    for (const line of warningLines(result)) session.io.stderr.write(`${line}\n`);
  }
  return undefined;
}

/** Comments are kept with jobs where there is room for them; they never are what a change fails of. */
function withSources<B extends { documents: unknown[] }>(
  session: Session,
  body: B,
  documents: readonly CheckedDocument[],
): B & { sources?: (string | null)[] } {
  const sources = documents.map(({ source, document }) => (document.kind === 'Job' ? source.text : null));
  if (sources.every((text) => text === null)) return body;
  const whole = { ...body, sources };
  if (Buffer.byteLength(JSON.stringify(whole)) <= limits.apiBodyBytes) return whole;
  session.io.stderr.write(
    'carillon: too much text at once to keep comments with the jobs: apply fewer files at a time\n',
  );
  return body;
}

function checkSize(body: { documents: unknown[] }): void {
  if (body.documents.length > limits.applyDocuments) {
    throw new CliError(`expected at most ${limits.applyDocuments} documents at once, got ${body.documents.length}`, {
      code: 'too_large',
    });
  }
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > limits.apiBodyBytes) {
    throw new CliError(`expected at most ${limits.apiBodyBytes} bytes of documents at once, got ${bytes}`, {
      code: 'too_large',
    });
  }
}

/** The server numbers documents as they were sent; people know files and lines. */
function locateProblems(error: unknown, documents: readonly CheckedDocument[]): unknown {
  const problems = error instanceof ApiFailure ? (error.body.params.problems ?? []) : [];
  const located = problems.flatMap(({ document, ...problem }) => {
    const source = documents[document ?? -1]?.source;
    return source ? [source.locate(problem as Problem)] : [];
  });
  if (!(error instanceof ApiFailure) || problems.length === 0 || located.length < problems.length) return error;
  const told = problemsError(located);
  return new CliError(told.message, {
    code: error.body.code,
    params: { ...error.body.params, ...told.body.params },
    lines: told.lines,
  });
}
