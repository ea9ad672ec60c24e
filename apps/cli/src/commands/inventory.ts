import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { describeResultCode } from '@carillon/wintask/result-codes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions, positiveInteger } from '../lib/pages.js';
import { refreshTasks } from '../lib/refresh-tasks.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

interface InventoryOptions extends ListOptions {
  readonly host?: string | undefined;
  readonly group?: string | undefined;
  readonly search?: string | undefined;
  readonly refresh?: boolean | undefined;
  readonly wait?: number | undefined;
}

/** `carillon inventory`: similar tasks of all hosts; with `--host` or `--group` the tasks themselves. */
export function addInventory(program: Command, cli: Cli): void {
  const command = program
    .command('inventory')
    .description("the tasks that hosts have besides Windows' own and ours, similar ones as one group")
    .option('--host <name>', 'the tasks of this host')
    .option('--refresh', 'ask the host, or all connected ones, first and wait for the answers')
    .option('--wait <seconds>', 'with --refresh: how long to wait at most (default: 30)', positiveInteger)
    .option('--group <id>', 'the tasks of this group, and where they differ')
    .option('--search <text>', 'groups whose path or program has this text');
  handle(
    addListOptions(command),
    cli,
    async (session: Session, { host, group, search, refresh, wait, ...options }: InventoryOptions) => {
      if (wait !== undefined && !refresh) throw usageError('--wait: expected together with --refresh');
      const isFresh = refresh ? await refreshTasks(session, host, wait ?? defaultWaitSeconds) : true;
      const exitCode = isFresh ? undefined : 1;
      if (host !== undefined) return (await printHost(session, host, options)) ?? exitCode;
      if (group !== undefined) return (await printGroup(session, group)) ?? exitCode;
      const groups = await collectPages(options, (page) =>
        session.call(inventoryRoutes.groups, { ...page, ...(search === undefined ? {} : { search }) }),
      );
      if (session.json) {
        session.printJson(groups);
        return exitCode;
      }
      session.table(
        ['GROUP', 'NAME', 'HOSTS', 'TASKS', 'VARIANTS', 'ADOPTED', 'PROGRAM'],
        groups.map((each) => [
          each.id,
          each.name,
          String(each.hosts),
          String(each.tasks),
          String(each.variants),
          String(each.replaced),
          each.command,
        ]),
      );
      return exitCode;
    },
  );
}

const defaultWaitSeconds = 30;

type Task = Awaited<ReturnType<typeof tasksOf>>[number];

function tasksOf(session: Session, name: string, options: ListOptions) {
  return collectPages(options, (page) => session.call(inventoryRoutes.ofHost, { name, ...page }));
}

async function printHost(session: Session, host: string, options: ListOptions): Promise<undefined> {
  const tasks = await tasksOf(session, host, options);
  if (session.json) return session.printJson(tasks);
  session.table(
    ['PATH', 'GROUP', 'SCHEDULE', 'RUNS AS', 'LAST RESULT', 'NEXT RUN', 'PROGRAM'],
    tasks.map((task) => [
      task.path,
      task.group ?? '-',
      scheduleCell(task),
      task.runAs || '-',
      task.lastResult === null ? '-' : resultCell(task.lastResult),
      task.nextRunAt === null ? '-' : localTime(task.nextRunAt),
      `${task.command} ${task.arguments}`.trim(),
    ]),
  );
  return undefined;
}

function scheduleCell(task: Task): string {
  if (task.replacedBy !== null) return `adopted by ${task.replacedBy}`;
  return `${task.schedule ?? task.problem ?? '-'}${task.enabled === false ? ' (off)' : ''}`;
}

function resultCell(code: number): string {
  const { name, hex } = describeResultCode(code);
  return name ?? (code > 0xffff ? hex : String(code));
}

async function printGroup(session: Session, id: string): Promise<undefined> {
  const group = await session.call(inventoryRoutes.group, { id });
  if (session.json) return session.printJson(group);
  session.table(
    ['HOST', 'PATH', 'VARIANT', 'SCHEDULE', 'RUNS AS', 'PROGRAM'],
    group.items.map((task) => [
      task.host,
      task.path,
      String(task.variant),
      scheduleCell(task),
      task.runAs || '-',
      `${task.command} ${task.arguments}`.trim(),
    ]),
  );
  for (const { field, values } of group.differences) {
    session.print(`\n${field} differs:`);
    session.table(
      ['HOSTS', 'VALUE'],
      values.map(({ value, hosts }) => [String(hosts), value || '(none)']),
    );
  }
  return undefined;
}
