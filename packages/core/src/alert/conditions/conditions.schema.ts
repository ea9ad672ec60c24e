import { z } from 'zod';
import { durationSchema, exitCodeRangeSchema, percentSchema } from '../../job/parts.schema.js';
import { logLevels } from '../../run/log-line.js';
import { problemParams } from '../../zod-problems.js';
import type { Condition, LoadFigure } from './condition.js';
import { patternProblem } from './pattern.js';
import { mostResults } from './series-limits.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const countSchema = z.int().min(1).max(mostResults);
const spanSchema = durationSchema({ min: 1_000, max: 366 * dayMs });
const graceSchema = durationSchema({ min: 0, max: 7 * dayMs });
const windowSchema = durationSchema({ min: minuteMs, max: 7 * dayMs });
const flagSchema = z.literal(true);

/** `3x`: so many times what is usual. */
const factorPattern = /^(\d+(?:\.\d+)?)\s*x$/;

const longerThanSchema = z.string().transform((text, context) => {
  const factor = Number(factorPattern.exec(text)?.[1]);
  if (factor > 1 && factor <= 1_000) return { ms: null, factor };
  const span = spanSchema.safeParse(text);
  if (span.success) return { ms: span.data, factor: null };
  const expected = 'a duration such as 90s or 2h, or a multiple of the usual one such as 3x';
  context.addIssue({ code: 'custom', input: text, ...problemParams('wrong_value', expected) });
  return z.NEVER;
});

const patternSchema = z
  .string()
  .min(1)
  .max(500)
  .superRefine((pattern, context) => {
    const problem = patternProblem(pattern);
    if (problem)
      context.addIssue({
        code: 'custom',
        input: pattern,
        ...problemParams('wrong_value', `a regular expression in RE2's syntax (${problem})`),
      });
  });

const levelSchema = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(logLevels));

const manyCodes = z.array(exitCodeRangeSchema).min(1).max(100);
const exitCodesSchema = z.union([manyCodes, exitCodeRangeSchema.transform((range) => [range])]);

/** `true`, or a map with `for` or `grace`. */
const orTrue = <T extends z.ZodType>(schema: T) => z.union([flagSchema, schema]);

const rateFields = {
  window: windowSchema.optional(),
  minimumRuns: z.int().min(1).max(100_000).optional(),
  over: z.enum(['host', 'job']).optional(),
};
const rateSchema = z.union([percentSchema, z.strictObject({ above: percentSchema, ...rateFields })]);
const loadSchema = z.union([
  percentSchema,
  z.strictObject({ above: percentSchema, for: durationSchema({ min: 0, max: dayMs }).optional() }),
]);

/** `when` of a policy as people write it: any of these. */
export const conditionsFileSchema = z
  .strictObject({
    consecutiveFailures: countSchema.optional(),
    failures: z.strictObject({ atLeast: countSchema, of: countSchema }).optional(),
    timedOut: countSchema.optional(),
    failureRate: rateSchema.optional(),
    // The same beside the rate, for those who write it in one line.
    ...rateFields,
    missed: orTrue(z.strictObject({ grace: graceSchema.optional() })).optional(),
    noSuccessFor: durationSchema({ min: minuteMs, max: 366 * dayMs }).optional(),
    longerThan: longerThanSchema.optional(),
    exitCodes: exitCodesSchema.optional(),
    output: patternSchema.optional(),
    logLevel: levelSchema.optional(),
    hostOffline: z.union([flagSchema, durationSchema({ min: 0, max: 30 * dayMs })]).optional(),
    cpuAbove: loadSchema.optional(),
    memoryAbove: loadSchema.optional(),
    diskAbove: loadSchema.optional(),
    drift: flagSchema.optional(),
    rejected: flagSchema.optional(),
    spoolLoss: flagSchema.optional(),
    clockSkew: z.union([flagSchema, spanSchema]).optional(),
  })
  .superRefine((when, context) => {
    const named = conditionsOf(when);
    if (named.length === 0)
      context.addIssue({
        code: 'custom',
        input: when,
        ...problemParams('missing', 'at least one condition, such as consecutiveFailures: 3'),
      });
    if (when.failures && when.failures.atLeast > when.failures.of)
      context.addIssue({
        code: 'custom',
        input: when,
        path: ['failures', 'atLeast'],
        ...problemParams('wrong_value', `at most ${when.failures.of}, the number of runs that are looked at`),
      });
    for (const field of ['window', 'minimumRuns', 'over'] as const) {
      if (when[field] !== undefined && when.failureRate === undefined)
        context.addIssue({
          code: 'custom',
          input: when,
          path: [field],
          ...problemParams('wrong_value', 'failureRate beside it, to which it belongs'),
        });
    }
  });

type When = z.output<typeof conditionsFileSchema>;

/** Sustained, not a spike; and a single failure of two runs is no trend. */
const defaultWindowMs = 15 * minuteMs;
const defaultMinimumRuns = 20;
/** Windows' own clock service tolerates less; tickets of Kerberos die at this. */
const defaultSkewMs = 5 * minuteMs;

function conditionsOf(when: When): Condition[] {
  const found: (Condition | false | undefined)[] = [
    when.consecutiveFailures !== undefined && { kind: 'consecutiveFailures', count: when.consecutiveFailures },
    when.failures && { kind: 'failures', ...when.failures },
    when.timedOut !== undefined && { kind: 'timedOut', count: when.timedOut },
    when.failureRate !== undefined && rateOf(when.failureRate, when),
    when.missed && { kind: 'missed', graceMs: when.missed === true ? 0 : (when.missed.grace ?? 0) },
    when.noSuccessFor !== undefined && { kind: 'noSuccessFor', ms: when.noSuccessFor },
    when.longerThan && { kind: 'longerThan', ...when.longerThan },
    when.exitCodes && { kind: 'exitCodes', ranges: when.exitCodes },
    when.output !== undefined && { kind: 'output', pattern: when.output },
    when.logLevel && { kind: 'logLevel', atLeast: when.logLevel },
    when.hostOffline !== undefined && { kind: 'hostOffline', forMs: when.hostOffline === true ? 0 : when.hostOffline },
    loadOf('cpu', when.cpuAbove),
    loadOf('memory', when.memoryAbove),
    loadOf('disk', when.diskAbove),
    when.drift && { kind: 'drift' },
    when.rejected && { kind: 'rejected' },
    when.spoolLoss && { kind: 'spoolLoss' },
    when.clockSkew !== undefined && {
      kind: 'clockSkew',
      ms: when.clockSkew === true ? defaultSkewMs : when.clockSkew,
    },
  ];
  return found.filter((condition) => typeof condition === 'object');
}

function rateOf(rate: NonNullable<When['failureRate']>, beside: When): Condition {
  const own = typeof rate === 'number' ? { above: rate } : rate;
  return {
    kind: 'failureRate',
    above: own.above,
    windowMs: ('window' in own ? own.window : undefined) ?? beside.window ?? defaultWindowMs,
    minimumRuns: ('minimumRuns' in own ? own.minimumRuns : undefined) ?? beside.minimumRuns ?? defaultMinimumRuns,
    over: ('over' in own ? own.over : undefined) ?? beside.over ?? 'job',
  };
}

function loadOf(figure: LoadFigure, load: When['cpuAbove']): Condition | undefined {
  if (load === undefined) return undefined;
  return typeof load === 'number'
    ? { kind: 'load', figure, above: load, forMs: 0 }
    : { kind: 'load', figure, above: load.above, forMs: load.for ?? 0 };
}

/** Conditions of `when`, in the order of the documentation. */
export const conditionsSchema = conditionsFileSchema.transform(conditionsOf);
