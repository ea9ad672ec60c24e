import { ApiFailure } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import type { Problem } from '@carillon/core/problem';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { type CheckedDocument, problemsError, readDocuments } from '../lib/documents.js';
import { CliError, exitCodes, usageError } from '../lib/errors.js';
import { countOf, describeChange, warningLines } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { hasChanges, type Plan, rolloutLines } from '../plan/plan.js';
import { planMarkdown } from '../plan/plan-markdown.js';
import { planText } from '../plan/plan-text.js';

export interface ApplyOptions {
  readonly dryRun?: boolean | undefined;
  readonly allowNoHosts?: boolean | undefined;
  readonly author?: string | undefined;
  readonly reason?: string | undefined;
  /** The set of files that these are. */
  readonly set?: string | undefined;
  /** Delete what the set has no more. */
  readonly prune?: boolean | undefined;
  /** Why it is done though a freeze covers it. */
  readonly overrideFreeze?: string | undefined;
  /** Hash of the plan that was agreed to. */
  readonly expect?: string | undefined;
}

/** `carillon apply`. */
export function addApply(program: Command, cli: Cli): void {
  const command = program
    .command('apply')
    .description('create or change jobs, host groups, calendars and alert policies from files, all or nothing')
    .requiredOption('-f, --file <path...>', 'a file, a folder (its *.yaml, *.yml and *.json), or - for standard input');
  addApplyOptions(command)
    .option('--plan', 'change nothing, and tell what would change; exit code 0: nothing, 2: something, 1: an error')
    .addOption(
      new Option('--format <form>', 'of a plan; markdown is a comment for a pull request')
        .choices(planFormats)
        .default(undefined, 'text'),
    )
    .option('--set <name>', 'the set of files that these are: its jobs are known by this name')
    .option('--prune', 'delete jobs that the last apply of this set had, and these files have no more (with --set)')
    .option('--expect <hash>', 'do what this plan said and nothing else: refused when anything has changed since');
  handle(command, cli, async (session: Session, options: ApplyOptions & PlanOptions & { file: string[] }) => {
    const { plan, format, expect } = options;
    if (format !== undefined && !plan) throw usageError('--format: expected --plan with it');
    if (plan && (options.dryRun || expect !== undefined))
      throw usageError('--plan: expected neither --dry-run nor --expect with it');
    if (expect !== undefined && !/^[0-9a-f]{16}$/.test(expect))
      throw usageError(`--expect: expected the hash of a plan, 16 hexadecimal digits, got ${JSON.stringify(expect)}`);
    if (options.prune && options.set === undefined)
      throw usageError('--prune: expected --set NAME with it, the name under which the set was applied before');
    const documents = await readDocuments(session.io, options.file);
    if (plan) return showPlan(session, documents, options);
    if (expect !== undefined) await requirePlan(session, documents, options, expect);
    return applyDocuments(session, documents, options);
  });
}

/** The options that `apply` and `import` share. */
export function addApplyOptions(command: Command): Command {
  return command
    .option('--dry-run', 'check everything, change nothing')
    .option('--allow-no-hosts', 'accept jobs whose targets match no host yet')
    .option('--author <name>', 'who is changing it, for the history (default: your user name)')
    .option('--reason <text>', 'why, for the history')
    .option('--override-freeze <reason>', 'do it though a freeze covers it, and why; takes the right to');
}

const planFormats = ['text', 'json', 'markdown'] as const;

interface PlanOptions {
  readonly plan?: boolean | undefined;
  readonly format?: (typeof planFormats)[number] | undefined;
}

/** @returns 2 when applying would change something, else 0 */
async function showPlan(
  session: Session,
  documents: readonly CheckedDocument[],
  options: ApplyOptions & PlanOptions,
): Promise<number> {
  const plan = await askPlan(session, documents, options);
  if (session.json || options.format === 'json') session.printJson(plan);
  else session.print(options.format === 'markdown' ? planMarkdown(plan) : planText(plan));
  return hasChanges(plan) ? exitCodes.changes : exitCodes.ok;
}

/**
 * The server compares the hash once more while it writes. It is asked before, since one that is too old to know of plans
 * would apply whatever there is.
 */
async function requirePlan(
  session: Session,
  documents: readonly CheckedDocument[],
  options: ApplyOptions,
  expected: string,
): Promise<void> {
  const { hash } = await askPlan(session, documents, options);
  if (hash === expected) return;
  throw new CliError(
    `--expect: expected the plan ${expected}, got ${hash}: definitions, hosts or the files have changed since; plan again`,
    { code: 'conflict', params: { expected, current: hash } },
  );
}

/** @throws CliError with the problems of the documents, and for a server that cannot plan */
export async function askPlan(
  session: Session,
  documents: readonly CheckedDocument[],
  options: ApplyOptions,
): Promise<Plan> {
  const body = { ...bodyOf(session, documents, options), dryRun: true, plan: true };
  const { plan, results, followed = [], pruned = [] } = await send(session, body, documents);
  const withPlan = (of: typeof results) =>
    of.flatMap((result) => (result.plan ? [{ ...result, plan: result.plan }] : []));
  const planned = withPlan(results);
  if (plan && planned.length === results.length)
    return { ...plan, results: planned, followed: withPlan(followed), pruned };
  throw new CliError('the server is too old to plan: upgrade it, or use --dry-run', { code: 'unprocessable' });
}

/** Sends checked documents in one request and tells what became of each. */
export async function applyDocuments(
  session: Session,
  documents: readonly CheckedDocument[],
  options: ApplyOptions,
): Promise<undefined> {
  const answer = await send(session, bodyOf(session, documents, options), documents);
  if (session.json) return session.printJson(answer);
  const suffix = answer.dryRun ? ' (dry run: nothing was changed)' : '';
  const told = [
    ...answer.results.map((result) => ({ result, why: '' })),
    ...(answer.followed ?? []).map((result) => ({ result, why: ': by its calendar' })),
  ];
  for (const { result, why } of told) {
    session.print(`${describeChange(result)}${why}${suffix}`);
    for (const line of rolloutLines(result, safeText)) session.print(`  ${line}`);
    for (const line of warningLines(result)) session.io.stderr.write(`${line}\n`);
  }
  for (const job of answer.pruned ?? [])
    session.print(`deleted job ${safeText(job.name)} (${countOf(job.count, 'host')})${suffix}`);
  return undefined;
}

function bodyOf(session: Session, documents: readonly CheckedDocument[], options: ApplyOptions) {
  const author = options.author ?? session.io.userName;
  return {
    documents: documents.map(({ source }) => source.raw),
    dryRun: options.dryRun === true,
    allowNoHosts: options.allowNoHosts === true,
    ...(author === undefined ? {} : { author }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.set === undefined ? {} : { set: { name: options.set, prune: options.prune === true } }),
    ...(options.overrideFreeze === undefined ? {} : { overrideFreeze: options.overrideFreeze }),
    ...(options.expect === undefined ? {} : { expectPlan: options.expect }),
  };
}

/** @throws CliError with each problem at its file and line */
async function send(
  session: Session,
  body: ReturnType<typeof bodyOf> & { plan?: boolean },
  documents: readonly CheckedDocument[],
) {
  checkSize(body);
  return session.call(jobRoutes.apply, { body: withSources(session, body, documents) }).catch((error: unknown) => {
    throw locateProblems(error, documents);
  });
}

/** Comments are kept with jobs where there is room for them; they never are what a change fails of. */
function withSources<B extends { documents: unknown[] }>(
  session: Session,
  body: B,
  documents: readonly CheckedDocument[],
): B & { sources?: (string | null)[] } {
  const sources = documents.map(({ source, document }) => (document.kind === 'HostGroup' ? null : source.text));
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
