// Loaded before a host's programs (`node --require`): their clock is ahead of the true one by the milliseconds that stand
// in a file, and jumps when the file changes. Timers are not touched, as with a real clock that is set.
const { readFileSync } = require('node:fs');

const file = process.env.CARILLON_TEST_CLOCK_FILE;
const lookMs = 50;
const Real = Date;
let aheadMs = 0;
let lookedMs = -lookMs;

function now() {
  const atMs = performance.now();
  if (atMs - lookedMs >= lookMs) {
    lookedMs = atMs;
    try {
      aheadMs = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // Being written: the next look sees it.
    }
  }
  return Real.now() + aheadMs;
}

if (file)
  globalThis.Date = new Proxy(Real, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new Real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
