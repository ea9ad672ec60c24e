import type { HostMachine } from './host.js';
import type { Ledger, TrueRun } from './ledger.js';
import type { Tables } from './tables.js';

/** What is recorded in the centre against what truly happened; each line is something wrong. */
export function compareRuns({ runs, losses }: Tables, ledger: Ledger): string[] {
  const wrong: string[] = [];
  for (const run of ledger.runs.values()) {
    const found = runs.get(run.runId);
    if (!found) {
      if (!run.excused.has('absent') && !losses.has(run.runId)) wrong.push(`lost: ${describe(run)}`);
      continue;
    }
    if (
      found.hostId !== run.hostId ||
      found.event.jobId !== run.jobId ||
      (!run.isAgain && found.event.version !== run.version)
    )
      wrong.push(`recorded as another's: ${describe(run)}`);
    const isRight = found.state === run.state || run.excused.has(found.state) || losses.has(run.runId);
    if (!isRight) wrong.push(`recorded as ${found.state}: ${describe(run)}`);
  }
  for (const runId of runs.keys()) if (!ledger.runs.has(runId)) wrong.push(`recorded, and never ran: ${runId}`);
  return wrong;
}

function describe({ runId, state, startedMs, commandId, excused }: TrueRun): string {
  const why = [...excused].map(([as, because]) => ` (${as}: ${because})`).join('');
  return `run ${runId}, ${state}, began ${new Date(startedMs).toISOString()}${commandId ? ` for ${commandId}` : ''}${why}`;
}

/** Commands against what was started for them. */
export function compareCommands({ commands, runs }: Tables, ledger: Ledger): string[] {
  const wrong: string[] = [];
  for (const { id, hostId, action, state } of commands.values()) {
    const starts = ledger.executions.get(id) ?? 0;
    if (starts > 1) wrong.push(`command ${id} was carried out ${starts} times`);
    if (action !== 'run' || ledger.forgotten.has(id)) continue;
    const isKnown = [...runs.values()].some(({ event }) => event.commandId === id);
    if (starts > 0 && isKnown && state !== 'done') wrong.push(`command ${id} was carried out and is ${state}`);
    if (starts > 0 && (state === 'expired' || state === 'rejected') && !isKnown)
      wrong.push(`command ${id} was carried out and is ${state}`);
    // A runner that dies with the ticket in its hand leaves nothing; the agent saw the ticket taken.
    const isExcused =
      ledger.diedEarly.has(hostId) || [...ledger.runs.values()].some(({ commandId }) => commandId === id);
    if (!isExcused && state === 'done' && !isKnown) wrong.push(`command ${id} is done and was never carried out`);
  }
  return wrong;
}

const underWay = ['queued', 'delivered', 'accepted'];

/** What has not come to rest yet. */
export function unrest(tables: Tables, hosts: readonly HostMachine[]): string[] {
  const wrong: string[] = [];
  for (const host of hosts) {
    const row = tables.hosts.get(host.hostId);
    if (!row) continue;
    const entries = tables.entriesOf(host.hostId);
    wrong.push(...host.unrest({ hash: row.desiredHash, jobIds: entries.map(({ jobId }) => jobId) }));
    if (row.observedHash !== row.desiredHash && entries.length > 0)
      wrong.push(`${host.name}: the centre does not know what is registered`);
    for (const { jobId, state, code } of tables.assignments.get(host.hostId)?.values() ?? [])
      if (state !== 'applied') wrong.push(`${host.name}: job ${jobId} is ${state}${code ? ` (${code})` : ''}`);
  }
  for (const { id, state } of tables.commands.values())
    if (underWay.includes(state)) wrong.push(`command ${id} is ${state}`);
  return wrong;
}
