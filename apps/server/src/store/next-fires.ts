import { nextExpectedFire } from '@carillon/core/alert/missed/expected-fires';
import type { CursorFacts } from '@carillon/core/alert/missed/judge-cursor';
import { behindMs } from '@carillon/core/alert/missed/judge-expected';
import { missedRules } from '@carillon/core/alert/missed/missed-rules';
import type { Schedule } from '@carillon/wintask/schedule/schedule';

interface Known {
  readonly afterMs: number;
  readonly nextMs: number | null;
}

/** The next fire of a timetable is the same on all hosts of a zone that do not spread it: it is found once for all. */
export class NextFires {
  /** Timetables of versions are read once, so each is one object. */
  private readonly known = new WeakMap<Schedule, Map<string, Known>>();

  /** When a cursor that stands at `checkedToMs` is to be looked at again. */
  lookAfter(facts: CursorFacts, checkedToMs: number): number | null {
    const span = facts.spans.at(-1);
    if (!span) return null;
    const { schedule, enabled } = span.version;
    const isSpread = schedule.some((entry) => 'jitterMs' in entry && entry.jitterMs !== undefined);
    const key = `${span.timezone} ${enabled} ${isSpread ? facts.spreadKey : ''}`;
    const ofSchedule = this.known.get(schedule) ?? new Map<string, Known>();
    this.known.set(schedule, ofSchedule);
    let found = ofSchedule.get(key);
    // What was found after a time holds for every time up to what was found.
    if (!found || found.afterMs > checkedToMs || (found.nextMs !== null && found.nextMs <= checkedToMs)) {
      const { spreadKey, spans } = facts;
      found = { afterMs: checkedToMs, nextMs: nextExpectedFire(spans, { afterMs: checkedToMs, spreadKey }) };
      ofSchedule.set(key, found);
    }
    return found.nextMs === null ? null : found.nextMs + missedRules.graceMs + behindMs(facts.clockAheadMs);
  }
}
