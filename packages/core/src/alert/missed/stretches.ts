import type { ExpectedFire } from './expected-fires.js';
import type { JudgedFire } from './judge-expected.js';

/** Expected runs in a row of which the same is to be said. */
export interface Stretch {
  readonly judged: JudgedFire;
  readonly first: ExpectedFire;
  readonly lastMs: number;
  readonly occurrences: number;
}

/** What is worth keeping of verdicts in their order: what simply ran, or was not due, is not. */
export function stretchesOf(verdicts: readonly (readonly [ExpectedFire, JudgedFire])[]): Stretch[] {
  const stretches: Stretch[] = [];
  let isUnbroken = false;
  for (const [fire, judged] of verdicts) {
    const isKept = judged.verdict !== 'ran' && judged.verdict !== 'running' && judged.verdict !== 'not_expected';
    const last = stretches.at(-1);
    if (isKept && isUnbroken && last && isSame(last, fire, judged))
      stretches[stretches.length - 1] = { ...last, lastMs: fire.atMs, occurrences: last.occurrences + 1 };
    else if (isKept) stretches.push({ judged, first: fire, lastMs: fire.atMs, occurrences: 1 });
    isUnbroken = isKept;
  }
  return stretches;
}

function isSame({ judged: before, first }: Stretch, fire: ExpectedFire, judged: JudgedFire): boolean {
  return (
    isSameVerdict(before, judged) && first.version.version === fire.version.version && first.timezone === fire.timezone
  );
}

/** A late run that made up for several belongs to all of them; each skipped run is one of its own, for the same cause. */
function isSameVerdict(a: JudgedFire, b: JudgedFire): boolean {
  return (
    a.verdict === b.verdict &&
    a.cause === b.cause &&
    (a.verdict === 'skipped' || (a.runId === b.runId && a.text === b.text))
  );
}
