import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { forgottenReason, forgottenRuns, type KnownRuns } from '@carillon/core/run/forgotten-run';
import { newId } from '../lib/new-id.js';
import { listRunning, renewMs } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { EventLog, UnnumberedEvent } from '../state/event-log.js';

type Asked = Body<'runs.check'>['runs'];

const nothing = { bytes: 0, stored: 0, sha256: sha256Hex('') };

/** So long a file that cannot be read may still be one that its runner is about to write or to remove. */
const unreadableMs = 8 * renewMs;

/**
 * What a host has of its runs. Looked at in the order in which a run passes through: one that is in none of the places has
 * been acked, or was never here.
 */
export function knownRuns(
  folder: Pick<AgentFolder, 'running' | 'drop'>,
  eventLog: Pick<EventLog, 'first' | 'next'>,
  nowMs: number,
): KnownRuns {
  const underWay = new Set([
    ...listRunning(folder.running).map(({ running }) => running.identity.runId),
    ...namesIn(folder.running).filter((name) => isYoung(join(folder.running, name), nowMs)),
  ]);
  const isDropped = namesIn(folder.drop).length > 0;
  return { underWay, hasUntold: isDropped || eventLog.first !== eventLog.next };
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length));
}

function isYoung(path: string, nowMs: number): boolean {
  const found = statSync(`${path}.json`, { throwIfNoEntry: false });
  return found !== undefined && nowMs - found.mtimeMs < unreadableMs;
}

/** The ends of the asked runs that the host knows nothing of: not how they ended, and no output. */
export function endsOfForgotten(asked: Asked, known: KnownRuns, nowMs: number): UnnumberedEvent[] {
  const at = new Date(nowMs).toISOString();
  return forgottenRuns(asked, known).map((run) => ({
    eventId: newId(nowMs),
    at,
    data: {
      kind: 'run.finished',
      ...run,
      // When it really ended nobody can say.
      finishedAt: at,
      durationMs: Math.max(0, nowMs - Date.parse(run.startedAt)),
      state: 'indeterminate',
      reason: forgottenReason,
      exitCode: null,
      output: { stdout: nothing, stderr: nothing, encoding: 'auto' },
    },
  }));
}
