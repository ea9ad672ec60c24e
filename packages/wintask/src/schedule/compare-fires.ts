import type { Trigger } from '../task/trigger.js';
import type { Transition } from '../time/zone.js';
import { triggerOccurrences } from '../trigger/occurrences.js';
import type { GridRule } from './rule.js';
import { ruleInstants } from './rule-occurrences.js';

/** How native fires relate to the wanted ones: the same, the same plus others, or some wanted one is lacking. */
export type Coverage = 'equal' | 'more' | 'lacking';

const HOUR = 3_600_000;
// The readings that a change repeats lie before it; a repetition that it disturbs ends with the next day's first fire.
const BEFORE = 4 * HOUR;
const BEHIND = 30 * HOUR;

function compareSpan(
  rule: GridRule,
  triggers: readonly Trigger[],
  host: string,
  fromMs: number,
  untilMs: number,
): Coverage {
  const native = triggerOccurrences(triggers, { fromMs, untilMs, hostTimezone: host });
  let fire = native.next();
  let more = false;
  for (const wanted of ruleInstants(rule, fromMs, untilMs)) {
    while (!fire.done && fire.value.atMs < wanted.atMs) {
      more = true;
      fire = native.next();
    }
    if (fire.done || fire.value.atMs !== wanted.atMs) return 'lacking';
    fire = native.next();
  }
  return more || !fire.done ? 'more' : 'equal';
}

/** Compares around clock changes; away from them the triggers are right by construction. */
export function compareAtChanges(
  rule: GridRule,
  triggers: readonly Trigger[],
  host: string,
  changes: readonly Transition[],
): Coverage {
  let worst: Coverage = 'equal';
  for (const { atMs } of changes) {
    const found = compareSpan(rule, triggers, host, atMs - BEFORE, atMs + BEHIND);
    if (found === 'lacking') return found;
    if (found === 'more') worst = found;
  }
  return worst;
}
