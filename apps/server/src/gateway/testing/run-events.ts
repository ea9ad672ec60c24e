import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AgentEvent, RunEvent } from '@carillon/contract/agent/event-messages';
import { encodeLogFrame, type LogChunk } from '@carillon/contract/agent/log-frame';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { makeUuid7 } from '@carillon/core/state/uuid7';

type Started = Extract<RunEvent, { kind: 'run.started' }>;
type Finished = Extract<RunEvent, { kind: 'run.finished' }>;

export const newId = (): string => makeUuid7(Date.now(), randomBytes(10));
export const jobId = '01890000-0000-7000-8000-00000000000a';
const startedAt = '2026-11-23T08:00:00.000Z';
const empty = { bytes: 0, stored: 0, sha256: sha256Hex('') };

/** A run begins. */
export function started(seq: number, changes: Partial<Started> = {}): AgentEvent & { data: Started } {
  const identity = {
    runId: newId(),
    jobId,
    version: 1,
    trigger: 'schedule',
    scheduledFor: startedAt,
    startedAt,
    commandId: null,
  } as const;
  return { seq, eventId: newId(), at: startedAt, data: { kind: 'run.started', ...identity, ...changes } };
}

/** A run ended; says everything that its start said. */
export function finished(seq: number, changes: Partial<Finished> = {}): AgentEvent & { data: Finished } {
  const { kind: _kind, ...identity } = started(seq).data;
  const data: Finished = {
    kind: 'run.finished',
    ...identity,
    finishedAt: '2026-11-23T08:00:01.000Z',
    durationMs: 1_000,
    state: 'succeeded',
    reason: null,
    exitCode: 0,
    output: { stdout: empty, stderr: empty, encoding: 'utf-8' },
    ...changes,
  };
  return { seq, eventId: newId(), at: data.finishedAt, data };
}

/** Runs that ended, numbered from `firstSeq`. */
export function finishedRuns(firstSeq: number, count: number): (AgentEvent & { data: RunEvent })[] {
  return Array.from({ length: count }, (_, index) => finished(firstSeq + index));
}

/** A piece of output that says `text`, as the agent packs it. */
export function logFrame(runId: string, offset: number, text: string, changes: Partial<LogChunk> = {}): Buffer {
  const data = Buffer.from(text);
  const packed = changes.codec === 'gzip' ? gzipSync(data) : data;
  return encodeLogFrame({
    runId,
    stream: 'stdout',
    offset,
    atMs: Date.parse(startedAt),
    droppedBefore: 0,
    codec: 'none',
    length: data.length,
    data: packed,
    ...changes,
  });
}
