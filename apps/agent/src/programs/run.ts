import { runJob } from '../runner/run-job.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { useZoneFile } from '../zones/zone-memory.js';

/** One start of a job. @returns the exit code: the program's own, or 0 when the start was no run */
export async function runOnce(data: string, jobId: string): Promise<number> {
  const folder = agentFolderAt(data);
  // Of this process: a loaded host takes seconds until here.
  const startedMs = Date.now() - performance.now();
  useZoneFile(folder.zones, process.env, Date.now());
  const result = await runJob(folder, jobId, process.env, startedMs);
  if (!result.ran) process.stdout.write(`not run: ${result.reason}\n`);
  return result.ran ? result.exitCode : 0;
}
