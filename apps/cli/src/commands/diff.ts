import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { diffFields } from '@carillon/core/document/diff-fields';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { readDocuments } from '../lib/documents.js';
import { exitCodes, usageError } from '../lib/errors.js';
import type { Session } from '../lib/session.js';
import { type Compared, unifiedDiff } from '../plan/unified.js';
import { askPlan } from './apply.js';

interface DiffOptions {
  readonly file?: string[] | undefined;
  readonly version?: Versions | undefined;
}

/** From one version to another; null: the current one. */
interface Versions {
  readonly from: number;
  readonly to: number | null;
}

/** `carillon diff -f FOLDER`, `carillon diff JOB --version 3..5`: 0 the same, 2 different, 1 an error. */
export function addDiff(program: Command, cli: Cli): void {
  const command = program
    .command('diff')
    .description(
      'the fields that differ between files and the server, or between versions of a job; exit code 0: none, 2: some, 1: an error',
    )
    .argument('[job]', 'a job, with --version')
    .option('-f, --file <path...>', 'files and folders as apply takes them, compared with what the server has')
    .option('--version <a..b>', 'two versions of the job, or one: then with the current one', readVersions);
  handle(command, cli, async (session: Session, { file, version }: DiffOptions, job: string | undefined) => {
    if ((file === undefined) === (job === undefined))
      throw usageError('diff: expected either -f FILE or a job, not both');
    if ((job === undefined) !== (version === undefined))
      throw usageError('--version: expected a job before it, and a job --version after it');
    const compared =
      job === undefined || version === undefined
        ? await compareFiles(session, file ?? [])
        : [await compareVersions(session, job, version)];
    const different = compared.filter(({ fields }) => fields.length > 0);
    if (session.json) session.printJson(different);
    else for (const one of different) session.print(unifiedDiff(one).join('\n'));
    return different.length > 0 ? exitCodes.changes : exitCodes.ok;
  });
}

function readVersions(text: string): Versions {
  const [, from, to] = /^([1-9]\d{0,8})(?:\.\.([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (from === undefined)
    throw usageError(`--version: expected one version or two, such as 3 or 3..5, got ${JSON.stringify(text)}`);
  return { from: Number(from), to: to === undefined ? null : Number(to) };
}

/** A host that is not there yet is no difference. */
async function compareFiles(session: Session, paths: readonly string[]): Promise<Compared[]> {
  const documents = await readDocuments(session.io, paths);
  const { results } = await askPlan(session, documents, { allowNoHosts: true });
  return results.map(({ kind, name, change, plan }, index) => ({
    before: change === 'created' ? '/dev/null' : `server/${kind}/${name}`,
    after: `${documents[index]?.source.file}/${kind}/${name}`,
    fields: plan.fields,
  }));
}

async function compareVersions(session: Session, name: string, { from, to }: Versions): Promise<Compared> {
  const one = await session.call(jobRoutes.version, { name, version: from });
  const other =
    to === null
      ? await session.call(jobRoutes.get, { name })
      : await session.call(jobRoutes.version, { name, version: to });
  const said = ({ spec }: { spec: unknown }) => jobDocument(spec as JobSpec);
  return {
    before: `${name} v${one.version}`,
    after: `${name} v${other.version}`,
    fields: diffFields(said(one), said(other)).map(({ path, before, after }) => ({
      path: path.join('.'),
      before,
      after,
    })),
  };
}
