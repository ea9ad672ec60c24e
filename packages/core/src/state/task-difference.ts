import { readerOf } from '../text/sentences.js';

/** How hosts tell one difference between the task that was wanted and the one that they found; they send the sentence alone. */
export const taskDifference = '{{path}}: wanted {{wanted}}, found {{found}}';

const read = readerOf({ difference: taskDifference });

/** The parts of a difference; null: in other words. `nothing` stands for a side that is absent. */
export function readTaskDifference(text: string): Readonly<Record<string, string>> | null {
  return read(text)?.figures ?? null;
}
