import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { stateCell } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

interface ChangesOptions extends ListOptions {
  readonly host?: string | undefined;
  readonly job?: string | undefined;
  readonly undo?: string | undefined;
  readonly adopt?: string | undefined;
  readonly show?: string | undefined;
  readonly overrideFreeze?: string | undefined;
}

type Change = Response<typeof jobRoutes.taskChanges>['items'][number];

/** `carillon changes --host NAME | --job NAME | --show ID | --adopt ID | --undo ID`. */
export function addChanges(program: Command, cli: Cli): void {
  const command = program
    .command('changes')
    .description(
      'what was changed on hosts behind our back: tasks edited, switched off or deleted, and what became of it',
    )
    .option('--host <name>', 'on this host')
    .option('--job <name>', "of this job's tasks")
    .option('--show <id>', 'one change, field by field (see also task diff --change)')
    .option('--adopt <id>', 'make an edit that stands what its host should have (repair puts it back instead)')
    .option('--undo <id>', 'take an adopted change back: the host gets what it had before')
    .option('--override-freeze <reason>', 'do it though a freeze covers the job, and why; takes the right to');
  handle(addListOptions(command), cli, async (session: Session, options: ChangesOptions) => {
    const { host, job, show, undo, adopt } = options;
    const given = [host, job, show, undo, adopt].filter((value) => value !== undefined);
    if (given.length !== 1)
      throw usageError('expected either --host NAME or --job NAME, or one of --show ID, --adopt ID and --undo ID');
    if (show !== undefined) return showChange(session, show);
    if (adopt !== undefined) return adoptChange(session, adopt, options.overrideFreeze);
    if (undo !== undefined) return undoChange(session, undo, options.overrideFreeze);
    const changes = await collectPages(options, (page) =>
      host === undefined
        ? session.call(jobRoutes.taskChanges, { name: job ?? '', ...page })
        : session.call(hostRoutes.taskChanges, { name: host, ...page }),
    );
    if (session.json) return session.printJson(changes);
    session.table(
      ['ID', 'NOTICED', 'HOST', 'JOB', 'FOUND', 'OUTCOME', 'BY', 'WHAT'],
      changes.map((change) => [
        change.id,
        localTime(change.noticedAt),
        change.host,
        `${change.job} v${change.version}`,
        change.found ?? '-',
        change.adoption === 'adopted' || change.adoption === 'wanted' || change.repairedBy
          ? outcomeText(change)
          : stateCell(change.state),
        whoText(change),
        whatText(change) || '-',
      ]),
    );
  });
}

async function showChange(session: Session, id: string): Promise<undefined> {
  const change = await findChange(session, id);
  if (session.json) return session.printJson(change);
  session.fields([
    ['job', `${change.job} v${change.version}`],
    ['host', change.host],
    ['noticed', localTime(change.noticedAt)],
    ['found', change.found ?? 'right again'],
    ['by', whoText(change)],
    ['outcome', outcomeText(change)],
    ['why', [change.message, ...(change.adoptionReasons ?? [])].filter(Boolean).join('; ') || '-'],
  ]);
  session.print('');
  if (change.fields === null) session.print(whatText(change) || 'the host did not tell how the task was');
  else
    session.table(
      ['FIELD', 'SHOULD BE', 'FOUND'],
      change.fields.map(({ path, wanted, found }) => [path, valueText(wanted), valueText(found)]),
    );
  return undefined;
}

async function adoptChange(session: Session, id: string, overrideFreeze: string | undefined): Promise<undefined> {
  const why = overrideFreeze === undefined ? {} : { overrideFreeze };
  const adopted = await session.call(taskChangeRoutes.adopt, { id: checkedId(id), ...why });
  if (session.json) return session.printJson(adopted);
  session.print(`job ${safeText(adopted.job)} v${adopted.version}: ${safeText(adopted.host)} keeps what it has`);
  return undefined;
}

async function undoChange(session: Session, id: string, overrideFreeze: string | undefined): Promise<undefined> {
  const why = overrideFreeze === undefined ? {} : { overrideFreeze };
  const undone = await session.call(taskChangeRoutes.undo, { id: checkedId(id), ...why });
  if (session.json) return session.printJson(undone);
  session.print(`job ${safeText(undone.job)} v${undone.version}: ${safeText(undone.host)} gets what it had before`);
  return undefined;
}

/** @throws CliError for a text that is no id */
export async function findChange(session: Session, id: string) {
  return session.call(taskChangeRoutes.get, { id: checkedId(id) });
}

function checkedId(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw usageError(`expected the id of a change, as \`changes\` lists it, got ${JSON.stringify(id)}`);
}

/** A field's value in a table. */
export function valueText(value: unknown): string {
  return value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}

function outcomeText({ state, adoption, adoptedVersion, undoneVersion, repairedBy }: Change): string {
  if (repairedBy) return `${state} for ${repairedBy}`;
  const undone = undoneVersion ? `, taken back in v${undoneVersion}` : '';
  if (adoption === 'adopted') return `adopted in v${adoptedVersion}${undone}`;
  return adoption === 'wanted' ? 'to be adopted' : state;
}

function whatText({ message, adoption, adoptionReasons, differences }: Change): string {
  const left = adoption === 'left' ? [`not adopted: ${(adoptionReasons ?? []).join(', ')}`] : [];
  return [message, ...left, ...differences].filter(Boolean).join('; ');
}

/** Who did it and when, where Task Scheduler's log tells. */
function whoText({ changedAt, changedBy }: { changedAt: string | null; changedBy: string | null }): string {
  if (changedAt === null) return '-';
  return `${changedBy ?? 'somebody'} at ${localTime(changedAt)}`;
}
