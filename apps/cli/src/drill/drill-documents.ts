import type { DrillJob } from './drill-plan.js';
import { bookProgram } from './host-book.js';

/** A job that is due at given moments on all hosts, as a document. */
export function drillJob({ name, dueSeconds }: DrillJob, startMs: number): object {
  // Without milliseconds, which a schedule does not know.
  const at = (second: number) => new Date(startMs + second * 1_000).toISOString().replace('.000Z', 'Z');
  return {
    kind: 'Job',
    name,
    description: 'Of a fault drill',
    targets: { all: true },
    schedule: dueSeconds.map((second) => ({ at: at(second) })),
    onOverlap: 'parallel',
    run: bookProgram(),
  };
}

/** Whom people would be told of. */
export function alertDocuments(): object[] {
  const policy = (name: string, when: object) => ({
    kind: 'AlertPolicy',
    name,
    severity: 'high',
    appliesTo: { all: true },
    when,
  });
  return [policy('drill-host-offline', { hostOffline: true }), policy('drill-missed', { missed: true })];
}
