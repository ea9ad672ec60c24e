import type { StartFailed } from '@carillon/contract/agent/host-events';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import type { StartFailure } from '@carillon/core/starts/start-failure';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { previousOccurrence } from '@carillon/wintask/schedule/occurrences';
import { isTimed } from '@carillon/wintask/schedule/schedule';
import type { UnnumberedEvent } from '../state/event-log.js';

/** A trigger fires within seconds of its time; a loaded host may take minutes. */
const firedMs = 5 * 60_000;
/** How long ago the start that was missed may have been due. */
const missedMs = 7 * 86_400_000;

export interface StartEventFacts {
  readonly agentId: string;
  readonly hostTimezone: string;
}

/**
 * The event that tells of a start that failed. Its ids follow from the record in the log, so that the same record
 * gives the same event however often it is read.
 */
export function startEventOf(failure: StartFailure, manifest: Manifest, facts: StartEventFacts): UnnumberedEvent {
  const { at, cause, onDemand, resultCode, account, records } = failure;
  const data: StartFailed = {
    kind: 'start.failed',
    runId: idOf('run', failure, facts),
    jobId: manifest.jobId,
    version: manifest.version,
    cause,
    trigger: onDemand ? 'local' : 'schedule',
    scheduledFor: onDemand ? null : occurrenceOf(failure, manifest, facts),
    resultCode,
    account: account?.slice(0, 255) ?? null,
    records: [...records],
  };
  return { eventId: idOf('event', failure, facts), at, data };
}

function occurrenceOf({ at, cause }: StartFailure, manifest: Manifest, facts: StartEventFacts): string | null {
  const found = previousOccurrence(manifest.schedule.filter(isTimed), {
    atMs: Date.parse(at) + 1_000,
    withinMs: cause === 'missed' ? missedMs : firedMs,
    hostTimezone: facts.hostTimezone,
    ...spreadKeyOf(facts.agentId, manifest.jobId),
  });
  return found ? new Date(found.atMs).toISOString() : null;
}

function idOf(what: 'event' | 'run', { at, path, recordId }: StartFailure, { agentId }: StartEventFacts): string {
  const name = sha256Hex(JSON.stringify([agentId, what, path, recordId, at]));
  return makeUuid7(Date.parse(at), Buffer.from(name, 'hex'));
}
