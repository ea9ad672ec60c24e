import { join } from 'node:path';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import type { OutputStream } from '@carillon/contract/agent/log-frame';
import type { Manifest } from '@carillon/core/job/job-spec';
import { newId } from '../lib/new-id.js';
import { readDrop } from '../runner/drop-box.js';
import { outputFileOf, readOutputRecords } from '../runner/output-file.js';
import { type RunResult, runJob } from '../runner/run-job.js';
import { leaveTicket } from '../runner/start-ticket.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { UnnumberedEvent } from '../state/event-log.js';
import { writeJson } from '../state/files.js';
import { makeManifest, nodeProgram, signManifest } from './samples.js';
import { makeAgentFolder } from './temp-folder.js';

export type Finished = Extract<RunEvent, { kind: 'run.finished' }>;

/** Starts jobs in a folder of their own as Task Scheduler would, and reads what their runners left. */
export class JobStarts {
  readonly folder: AgentFolder = makeAgentFolder();

  store(manifest: Manifest): void {
    writeJson(join(this.folder.jobs, `${manifest.jobId}.json`), signManifest(manifest));
  }

  /** A start that its schedule does not matter for, as by a command. */
  begin(manifest: Manifest, env: NodeJS.ProcessEnv = process.env): { runId: string; ended: Promise<RunResult> } {
    this.store(manifest);
    const runId = newId();
    const expiresAtMs = Date.now() + 60_000;
    leaveTicket(this.folder.tickets, manifest.jobId, { commandId: newId(), runId, expiresAtMs });
    return { runId, ended: runJob(this.folder, manifest.jobId, env) };
  }

  /** @throws Error when the run left no `run.finished` */
  async run(manifest: Manifest, env: NodeJS.ProcessEnv = process.env): Promise<Finished> {
    const { runId, ended } = this.begin(manifest, env);
    await ended;
    return this.finished(runId);
  }

  finished(runId: string): Finished {
    const found = this.eventsOf(runId).find((data): data is Finished => data.kind === 'run.finished');
    if (!found) throw new Error('no run.finished in the drop box');
    return found;
  }

  /** What was told of a run, oldest first. */
  eventsOf(runId: string): RunEvent[] {
    const { events } = readDrop(this.folder.drop, 1_000);
    return events.flatMap(({ data }) => ('startedAt' in data && data.runId === runId ? [data] : []));
  }

  /** Everything that was told, oldest first. */
  all(): UnnumberedEvent['data'][] {
    return readDrop(this.folder.drop, 1_000).events.map(({ data }) => data);
  }

  bytesOf(runId: string, stream: OutputStream): Buffer {
    const { records } = readOutputRecords(outputFileOf(this.folder.output, runId), 0, Number.POSITIVE_INFINITY);
    return Buffer.concat(records.filter((record) => record.stream === stream).map((record) => record.data));
  }
}

/** A job whose program is a piece of JavaScript. */
export function scriptJob(code: string, changes: Partial<Manifest> = {}): Manifest {
  return makeManifest({ run: nodeProgram(code), ...changes });
}
