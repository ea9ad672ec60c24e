import { runOnce } from '../programs/run.js';
import { type Call, UsageError } from './arguments.js';

export function run({ data, words: [jobId] }: Call): Promise<number> {
  if (jobId === undefined) throw new UsageError('run: which job? expected a job id');
  return runOnce(data, jobId);
}
