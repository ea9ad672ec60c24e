import { Cron as Croner } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transitions } from '../time/zone.js';
import { compileSchedule } from './compile.js';
import { cronSchedule, startsOf } from './testing/check-fires.js';

const DAY = 86_400_000;
const MOST = 120;

const list = (low: number, high: number) =>
  fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join());
const range = (low: number, high: number) =>
  fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }), fc.constantFrom('', '/2', '/3'))
    .map(([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}${step}`);
const field = (low: number, high: number, ...more: string[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, list(low, high), range(low, high), fc.constantFrom(...more));
const expression = fc
  .tuple(
    field(0, 59, '*/7', '*/5'),
    field(0, 23, '*/2', '*/5'),
    // No `*/n` for days: crontabs disagree on whether a day or a weekday so written is a restriction.
    field(1, 31, 'L', '15W', 'LW'),
    field(1, 12, '*/3'),
    field(0, 7, '5L', '2#2'),
  )
  .map((fields) => fields.join(' '));
const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));

/** The next fires of the independent library up to `untilMs`, `MOST` at most, and up to where they are complete. */
function fromLibrary(text: string, timezone: string, fromMs: number, untilMs: number) {
  const fires: number[] = [];
  const library = new Croner(text, { timezone });
  let next = library.nextRun(new Date(fromMs));
  while (next && next.getTime() <= untilMs && fires.length < MOST) {
    fires.push(next.getTime());
    next = library.nextRun(next);
  }
  return { fires, untilMs: fires.length < MOST ? untilMs : fires[MOST - 1]! };
}

describe('what starts on a host', () => {
  it('is what an independent library says, in any zone of any host in any year', () => {
    fc.assert(
      fc.property(
        expression,
        zone,
        fc.boolean(),
        zone,
        // Registered triggers begin on 1 January 2024 in the host's clock.
        fc.integer({ min: Date.UTC(2024, 0, 2) / DAY, max: Date.UTC(2037, 9, 1) / DAY }),
        (text, timezone, sameZone, otherHost, startDay) => {
          const hostTimezone = sameZone ? timezone : otherHost;
          // A day no month has is refused here and endless there.
          fc.pre(compileSchedule(cronSchedule(text, timezone), { hostTimezone }).ok);
          const fromMs = startDay * DAY;
          const theirs = fromLibrary(text, timezone, fromMs, fromMs + 35 * DAY);
          const { untilMs } = theirs;
          const ours = startsOf(cronSchedule(text, timezone), { hostTimezone }, { fromMs, untilMs });
          // Libraries differ on days on which clocks change; what we do there is told by our own tables.
          const changes = transitions(timezone, fromMs - 2 * DAY, untilMs + 2 * DAY);
          const calm = (ms: number) => changes.every(({ atMs }) => Math.abs(ms - atMs) > 1.5 * DAY);
          expect(ours.starts.filter(calm)).toEqual(theirs.fires.filter(calm));
          if (ours.exactness === 'exact') expect(ours.fires.filter(calm)).toEqual(theirs.fires.filter(calm));
        },
      ),
      { numRuns: 80 },
    );
  }, 120_000);
});
