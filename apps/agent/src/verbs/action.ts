import { carryOutAction, foretell } from '../programs/action.js';
import { type Call, UsageError } from './arguments.js';

/** What a job's runner starts in place of a program; by hand, or for the centre, what a start of the job would do. */
export function action({ values, data, words: [job] }: Call): Promise<number> {
  if (job === undefined) throw new UsageError('action: of which job? expected a name or an id');
  if (values['dry-run'] === true) return foretell(data, job);
  // Work that nobody would hear of is not done.
  if (!process.env.CARILLON_RUN_ID)
    throw new UsageError('action: expected --dry-run; to have it done, start the job (carillon run JOB)');
  return carryOutAction(data, job);
}
