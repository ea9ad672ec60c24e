import type { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { describeSchedule } from '@carillon/core/job/describe-schedule';
import { makeProblem } from '@carillon/core/problem';
import { scheduleOfTriggers } from '@carillon/wintask/adopt/schedule-of-triggers';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { HostStore } from '../../store/host.store.js';
import { type HostTaskRow, InventoryStore, type TaskGroupRow } from '../../store/inventory.store.js';
import { planAdoption } from './adoption.js';

type Routes = typeof inventoryRoutes;
type Task = Response<Routes['ofHost']>['items'][number];

/** Names in an answer. */
const shownHosts = 1_000;
/** Tasks of one group that are looked at. */
const groupTasks = 5_000;

/** Use cases around tasks that hosts had before us. */
@Injectable()
export class InventoryService {
  constructor(
    @Inject(InventoryStore) private readonly inventory: InventoryStore,
    @Inject(HostStore) private readonly hosts: HostStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async ofHost({ name, cursor, limit }: Input<Routes['ofHost']>): Promise<Response<Routes['ofHost']>> {
    const host = await this.hosts.byName(name);
    if (!host) throw notFound('host', name);
    const rows = await this.inventory.ofHost(host.nameKey, { after: readCursor(cursor), limit: limit + 1 });
    return pageOfRows(rows, limit, (row) => row.pathKey, taskView);
  }

  /** A hint may be lost; whoever asked sees that nothing came and asks again. */
  async refresh(name: string): Promise<Response<Routes['refresh']>> {
    const host = await this.hosts.byName(name);
    if (!host) throw notFound('host', name);
    const asked = host.presence === 'online' && host.capabilities.includes('inventory');
    if (asked) this.hints.publish({ kind: 'inventory', hostIds: [host.id] });
    return { name: host.name, asked };
  }

  /**
   * Asks hosts by name, or all of them.
   * @throws ApiError for a name that is no host's
   */
  async refreshAll(names: readonly string[] | undefined): Promise<Response<Routes['refreshAll']>> {
    const { at, hosts } = await this.inventory.freshness(names?.map((name) => name.toLowerCase()) ?? null);
    const known = new Set(hosts.map(({ key }) => key));
    const unknown = names?.find((name) => !known.has(name.toLowerCase()));
    if (unknown !== undefined) throw notFound('host', unknown);
    const able = hosts.filter(({ isAble }) => isAble);
    const asked = able.filter(({ isOnline }) => isOnline);
    const offline = able.filter(({ isOnline }) => !isOnline).map(({ name }) => name);
    if (asked.length > 0) this.hints.publish({ kind: 'inventory', hostIds: asked.map(({ id }) => id) });
    return {
      requestedAt: at.toISOString(),
      asked: asked.length,
      offline: offline.slice(0, shownHosts),
      offlineCount: offline.length,
      unable: hosts.flatMap(({ isAble, name }) => (isAble ? [] : [name])).slice(0, shownHosts),
    };
  }

  /** Those that were asked then and have not answered; one that has gone offline meanwhile will not. */
  async stale({ since, host }: Input<Routes['stale']>): Promise<Response<Routes['stale']>> {
    const { hosts } = await this.inventory.freshness(host === undefined ? null : [host.toLowerCase()]);
    const sinceMs = Date.parse(since);
    const late = hosts.filter(
      ({ isAble, isOnline, receivedAt }) => isAble && isOnline && (receivedAt?.getTime() ?? 0) <= sinceMs,
    );
    return { count: late.length, hosts: late.slice(0, 20).map(({ name }) => name) };
  }

  async groups({ cursor, limit, search }: Input<Routes['groups']>): Promise<Response<Routes['groups']>> {
    const offset = Number(readCursor(cursor) ?? 0);
    if (!Number.isInteger(offset) || offset < 0)
      throw invalidInput([makeProblem('cursor', 'wrong_value', 'the `next` of an earlier page of this list', cursor)]);
    const rows = await this.inventory.groups({ search, offset, limit: limit + 1 });
    return pageOfRows(rows, limit, () => String(offset + limit), groupView);
  }

  async group(id: string): Promise<Response<Routes['group']>> {
    const rows = await this.inventory.ofGroup(id, groupTasks);
    const [first] = rows;
    if (!first) throw notFound('task group', id);
    const variants = [...new Set(rows.map((row) => row.variantKey))];
    return {
      id,
      name: first.path.split('\\').at(-1) ?? first.path,
      command: first.command,
      tasks: rows.length,
      hosts: new Set(rows.map((row) => row.hostKey)).size,
      variants: variants.length,
      replaced: rows.filter((row) => row.replacedBy !== null).length,
      items: rows.map((row) => ({ ...taskView(row), variant: variants.indexOf(row.variantKey) + 1 })),
      differences: differencesOf(rows),
    };
  }

  /** @throws ApiError when no such task is known on these hosts */
  async plan({ what, hosts, name }: Input<Routes['plan']>['body']): Promise<Response<Routes['plan']>> {
    const rows = what.startsWith('\\')
      ? await this.inventory.ofPath(what.toLowerCase(), groupTasks)
      : await this.inventory.ofGroup(what, groupTasks);
    const wanted = hosts && new Set(hosts.map((host) => host.toLowerCase()));
    const chosen = rows.filter((row) => wanted === undefined || wanted.has(row.hostKey));
    if (chosen.length === 0) throw notFound(what.startsWith('\\') ? 'task' : 'task group', what);
    return planAdoption(chosen, { name, takenNames: await this.inventory.jobNames(), nowMs: Date.now() });
  }
}

function taskView(row: HostTaskRow): Task {
  const { host, path, enabled, runAs, command, workingDirectory, lastResult, problem, replacedBy } = row;
  return {
    host,
    path,
    group: row.groupKey,
    enabled,
    runAs,
    command,
    arguments: row.arguments,
    workingDirectory,
    schedule: scheduleWords(row),
    lastResult,
    lastRunAt: row.lastRunAt?.toISOString() ?? null,
    nextRunAt: row.nextRunAt?.toISOString() ?? null,
    problem,
    replacedBy,
  };
}

function scheduleWords({ definition, timezone }: HostTaskRow): string | null {
  const read = definition === null ? undefined : readTaskXml(definition);
  if (!read?.ok) return null;
  const hostTimezone = isTimeZone(timezone) ? timezone : 'UTC';
  const found = scheduleOfTriggers(read.task.triggers, { nowMs: Date.now(), hostTimezone });
  return found.ok ? describeSchedule(found.schedule) : null;
}

function groupView({ key, ...row }: TaskGroupRow): Response<Routes['groups']>['items'][number] {
  return { id: key, ...row };
}

const compared = ['path', 'command', 'arguments', 'workingDirectory', 'runAs', 'enabled'] as const;

function differencesOf(rows: readonly HostTaskRow[]): Response<Routes['group']>['differences'] {
  return compared.flatMap((field) => {
    const hosts = new Map<string, Set<string>>();
    for (const row of rows) {
      const value = String(row[field] ?? '');
      hosts.set(value, (hosts.get(value) ?? new Set()).add(row.hostKey));
    }
    const values = [...hosts].map(([value, set]) => ({ value, hosts: set.size })).sort((a, b) => b.hosts - a.hosts);
    return values.length > 1 ? [{ field, values: values.slice(0, 100) }] : [];
  });
}
