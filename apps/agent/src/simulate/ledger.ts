import { closeSync, openSync, writeSync } from 'node:fs';
import type { LedgerRun } from '@carillon/contract/fleet/messages';

type Begun = Omit<LedgerRun, 'end'>;

const linesPerWrite = 1_000;

/**
 * What truly happened on the simulated hosts. It is told of a run by what plays the run, beside the event log and never
 * from it, so that an event that is lost on its way is missed here.
 */
export class Ledger {
  private readonly runs = new Map<string, LedgerRun>();

  get size(): number {
    return this.runs.size;
  }

  begun(run: Begun): void {
    this.runs.set(run.runId, { ...run, end: null });
  }

  ended(runId: string, end: NonNullable<LedgerRun['end']>): void {
    const run = this.runs.get(runId);
    if (run) this.runs.set(runId, { ...run, end });
  }

  /** One JSON object a line. */
  write(path: string): void {
    const file = openSync(path, 'w', 0o600);
    try {
      let lines: string[] = [];
      const flush = () => {
        if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
        lines = [];
      };
      for (const run of this.runs.values()) if (lines.push(JSON.stringify(run)) >= linesPerWrite) flush();
      flush();
    } finally {
      closeSync(file);
    }
  }
}
