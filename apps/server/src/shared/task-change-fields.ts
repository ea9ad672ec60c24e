import { meaningfulDifferences } from '@carillon/core/desired/drift';
import { onHost } from '@carillon/core/job/host-overrides';
import { type JobSpec, makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { ComparedWith } from '../store/task-change.store.js';

interface Compared {
  readonly host: string;
  readonly hostId: string;
  readonly jobId: string;
  readonly version: number;
  readonly spec: JobSpec | null;
  readonly comparedWith: ComparedWith | null;
}

/** The task that should have been there, worked out as the host did; null where that cannot be. */
export function wantedTask({ spec, jobId, version, host, hostId, comparedWith }: Compared): TaskDefinition | null {
  if (spec === null || comparedWith === null || !isTimeZone(comparedWith.timezone)) return null;
  const { timezone, runner, sids } = comparedWith;
  const manifest = onHost(makeManifest(jobId, version, spec), host);
  const task = taskForJob(manifest, { hostTimezone: timezone, runner, sids, agentId: hostId });
  return task.ok ? task.value.definition : null;
}

/**
 * How a task was found to differ, field by field.
 * @param definition task XML as it was found
 * @returns null where one of the two is not known
 */
export function fieldsOf(
  wanted: TaskDefinition | null,
  definition: string | null,
): { path: string; wanted: unknown; found: unknown }[] | null {
  if (wanted === null || definition === null) return null;
  const read = readTaskXml(definition);
  return read.ok ? meaningfulDifferences(wanted, read.task).map(({ text: _, ...field }) => field) : null;
}
