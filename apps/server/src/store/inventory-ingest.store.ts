import type { Body } from '@carillon/contract/agent/catalog';
import { similarityKey, summarize, variantKey } from '@carillon/core/adopt/similar-tasks';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.store.js';
import { type FenceClaim, holdsFence } from './fence.js';
import { poolTransaction } from './pool-transaction.js';
import { type Columns, unnest } from './unnest.js';

type Inventory = Body<'inventory'>;
type ListedTask = Inventory['tasks'][number];

/** `unfit`: the changes are to another list than the one stored. */
export type InventoryOutcome = 'stored' | 'unfit' | 'superseded';

/** Takes what agents tell of their hosts' tasks. */
@Injectable()
export class InventoryIngestStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** One page of a list. Safe to call again with the same page. */
  take(claim: FenceClaim, body: Inventory): Promise<InventoryOutcome> {
    return poolTransaction(this.database.pool, async (client) => {
      if (!(await holdsFence(client, claim))) return 'superseded';
      const { rows } = await client.query<{ hash: string; name: string }>(
        `SELECT coalesce(i.hash, '') AS hash, h.name FROM host h LEFT JOIN host_inventory i ON i.host_id = h.id WHERE h.id = $1`,
        [claim.hostId],
      );
      const [stored] = rows;
      if (!stored || (body.base !== null && body.base !== stored.hash)) return 'unfit';
      await upsertTasks(client, claim.hostId, body, stored.name);
      await removeTasks(client, claim.hostId, body.removed);
      if (body.page === body.pages) await finish(client, claim.hostId, body);
      return 'stored';
    });
  }
}

async function upsertTasks(client: pg.PoolClient, hostId: string, body: Inventory, hostName: string): Promise<void> {
  if (body.tasks.length === 0) return;
  const byKey = new Map(body.tasks.map((task) => [task.path.toLowerCase(), { ...task, ...keysOf(task, hostName) }]));
  const batch = unnest('x', columns, [...byKey.values()]);
  const names = Object.keys(columns);
  // A definition that did not travel is the one already here.
  const kept = ['definition', 'command', 'arguments', 'working_directory', 'group_key', 'variant_key'];
  const changes = names.map((name) =>
    kept.includes(name)
      ? `${name} = CASE WHEN host_task.definition_hash = excluded.definition_hash AND excluded.definition IS NULL
           THEN host_task.${name} ELSE excluded.${name} END`
      : `${name} = excluded.${name}`,
  );
  await client.query(
    `INSERT INTO host_task (host_id, list_hash, ${names.join(', ')})
     SELECT $${batch.values.length + 1}::uuid, $${batch.values.length + 2}, x.* FROM ${batch.sql}
     ON CONFLICT (host_id, path_key) DO UPDATE SET list_hash = excluded.list_hash, ${changes.join(', ')}`,
    [...batch.values, hostId, body.hash],
  );
}

type Row = ListedTask & ReturnType<typeof keysOf>;

const columns: Columns<Row> = {
  path_key: ['text', (row) => clean(row.path.toLowerCase())],
  path: ['text', (row) => clean(row.path)],
  definition_hash: ['text', (row) => row.definitionHash],
  definition: ['text', (row) => row.definition && clean(row.definition)],
  problem: ['text', (row) => row.problem && clean(row.problem)],
  enabled: ['bool', (row) => row.enabled],
  run_as: ['text', (row) => clean(row.runAs)],
  command: ['text', (row) => clean(row.command)],
  arguments: ['text', (row) => clean(row.arguments)],
  working_directory: ['text', (row) => clean(row.workingDirectory)],
  last_result: ['bigint', (row) => row.lastResult],
  last_run_at: ['timestamptz', (row) => row.lastRunAt],
  next_run_at: ['timestamptz', (row) => row.nextRunAt],
  group_key: ['text', (row) => row.groupKey],
  variant_key: ['text', (row) => row.variantKey],
};

function keysOf({ definition }: ListedTask, hostName: string) {
  const read = definition === null ? undefined : readTaskXml(definition);
  if (!read?.ok) return { command: '', arguments: '', workingDirectory: '', groupKey: null, variantKey: null };
  const { command, arguments: args, workingDirectory } = summarize(read.task);
  return {
    command,
    arguments: args,
    workingDirectory,
    groupKey: similarityKey(read.task, hostName),
    variantKey: variantKey(read.task),
  };
}

async function removeTasks(client: pg.PoolClient, hostId: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const keys = paths.map((path) => clean(path.toLowerCase()));
  await client.query('DELETE FROM host_task WHERE host_id = $1 AND path_key = ANY($2::text[])', [hostId, keys]);
}

/** The last page: what a whole list did not name is gone. */
async function finish(
  client: pg.PoolClient,
  hostId: string,
  { hash, base, omitted, variables }: Inventory,
): Promise<void> {
  if (base === null) await client.query('DELETE FROM host_task WHERE host_id = $1 AND list_hash <> $2', [hostId, hash]);
  await client.query(
    `INSERT INTO host_inventory (host_id, hash, omitted, variables, received_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (host_id) DO UPDATE SET hash = excluded.hash, omitted = excluded.omitted, variables = excluded.variables,
       received_at = excluded.received_at`,
    [hostId, hash, omitted, clean(JSON.stringify(variables))],
  );
}

/** Postgres text cannot hold U+0000. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400').replaceAll('\\u0000', '\u2400');
}
