// What runs beside what in `npm test`, so that two processors are busy all the time and nothing waits for its turn longer
// than it must.

/**
 * Tests of the whole product that do little but wait for the next minute, by their file's name: they run beside the tests
 * that compute, where they cost next to nothing, and hold up none of those that need the processors.
 */
export const patient = ['gap.whole', 'why.whole', 'alert-kill.whole', 'triggers.whole', 'pause.whole'];
const patientAtATime = 3;

const whole = 'vitest.whole.config.ts';

/** Rows of runs: those of a row one after another, the rows side by side. A run is a configuration of vitest and more arguments. */
export const besideEachOther = [
  // Each has one worker, which waits for its database much of the time.
  [['vitest.config.ts', '--shard=1/3']],
  [['vitest.config.ts', '--shard=2/3']],
  [['vitest.config.ts', '--shard=3/3']],
  // These only compute: they take what the others leave while they wait for their databases.
  [['vitest.simulation.config.ts'], ['apps/web/vitest.config.ts']],
  [[whole, ...patient, `--maxWorkers=${patientAtATime}`]],
];

/** The other tests of the whole product. */
export const rest = [whole, ...patient.flatMap((name) => ['--exclude', `**/${name}.ts`])];
