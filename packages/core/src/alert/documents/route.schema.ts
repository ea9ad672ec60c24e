import { z } from 'zod';
import { jobLimits } from '../../job/job-limits.js';
import { durationSchema, nameSchema } from '../../job/parts.schema.js';
import { type AlertSeverity, alertSeverities } from '../../state/states.js';
import { problemParams, says } from '../../zod-problems.js';
import type { Matcher } from '../quiet/matchers.js';
import { alertDocumentLimits, matchersSchema } from './alert-parts.schema.js';

/** Whom a step tells: a channel, somebody in it, or whoever is on duty when the step is taken. */
export type RouteTarget =
  /** `recipient` null: the channel's own. */
  | { readonly channel: string; readonly recipient: string | null }
  /** `channels` null: all that the person has. */
  | { readonly onCall: string; readonly channels: readonly string[] | null };

export interface RouteStep {
  readonly waitMs: number;
  readonly targets: readonly RouteTarget[];
}

/** A place in a tree of routes. What is undefined is as in the place above. */
export interface RouteNode {
  readonly match: readonly Matcher[];
  /** Empty: all. */
  readonly severities: readonly AlertSeverity[];
  /** Also ask the routes after it. */
  readonly continue: boolean;
  readonly to?: Readonly<Partial<Record<AlertSeverity, readonly RouteTarget[]>>>;
  readonly escalate?: readonly RouteStep[];
  /** Null: never again. */
  readonly repeat?: { readonly everyMs: number; readonly times: number } | null;
  /** Labels, or `policy`, `job`, `host`. */
  readonly groupBy?: readonly string[];
  readonly groupWaitMs?: number;
  readonly groupIntervalMs?: number;
  readonly reopenWithinMs?: number;
  /** Milliseconds after somebody acknowledged; null: never. */
  readonly remindAfterMs?: number | null;
  readonly expireAfterMs?: number | null;
  readonly routes: readonly RouteNode[];
}

/** Which incidents go where, and what happens when nobody answers. */
export interface RouteSpec extends RouteNode {
  readonly name: string;
  readonly description: string;
  /** Lower ones are asked first. */
  readonly order: number;
}

const { waitMs, everyMs } = alertDocumentLimits;

const targetSchema = z
  .union([
    nameSchema,
    z.strictObject({
      channel: nameSchema.optional(),
      to: z.string().min(1).max(500).optional(),
      onCall: nameSchema.optional(),
      channels: z.array(nameSchema).min(1).max(alertDocumentLimits.targets).optional(),
    }),
  ])
  .transform((given, context): RouteTarget => {
    if (typeof given === 'string') return { channel: given.toLowerCase(), recipient: null };
    const { channel, to, onCall, channels } = given;
    if (onCall !== undefined && channel === undefined && to === undefined)
      return { onCall: onCall.toLowerCase(), channels: channels?.map((name) => name.toLowerCase()) ?? null };
    if (channel !== undefined && onCall === undefined && channels === undefined)
      return { channel: channel.toLowerCase(), recipient: to ?? null };
    const expected = 'a channel (with `to` for somebody in it), or onCall (with `channels` for some of the person’s)';
    context.addIssue({ code: 'custom', input: given, ...problemParams('wrong_value', expected) });
    return z.NEVER;
  });

const targetsSchema = z
  .union([targetSchema, z.array(targetSchema).max(alertDocumentLimits.targets)])
  .transform((given) => (Array.isArray(given) ? given : [given]));

/** One list for all severities, or one for each. */
const toSchema = z
  .union([targetsSchema, z.partialRecord(z.enum(alertSeverities), targetsSchema)])
  .transform(
    (given): NonNullable<RouteNode['to']> =>
      Array.isArray(given) ? Object.fromEntries(alertSeverities.map((severity) => [severity, given])) : given,
  );

const never = z.literal('never').transform(() => null);
const repeatSchema = z.union([
  never,
  z
    .strictObject({
      every: durationSchema(everyMs),
      times: z.int().min(1).max(alertDocumentLimits.repeats).optional(),
    })
    .transform(({ every, times }) => ({ everyMs: every, times: times ?? alertDocumentLimits.repeats })),
]);

const shape = {
  match: matchersSchema.optional(),
  severity: z
    .union([
      z.enum(alertSeverities).transform((one) => [one]),
      z.array(z.enum(alertSeverities)).min(1).max(alertSeverities.length),
    ])
    .optional(),
  continue: z.boolean().optional(),
  to: toSchema.optional(),
  escalate: z
    .array(z.strictObject({ wait: durationSchema(waitMs), to: targetsSchema }))
    .max(alertDocumentLimits.steps)
    .optional(),
  repeat: repeatSchema.optional(),
  groupBy: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, says('a label, or policy, job or host')))
    .min(1)
    .max(10)
    .optional(),
  groupWait: durationSchema({ min: 0, max: 3_600_000 }).optional(),
  groupInterval: durationSchema({ min: 10_000, max: 24 * 3_600_000 }).optional(),
  reopenWithin: durationSchema(waitMs).optional(),
  remindAfter: z.union([never, durationSchema(everyMs)]).optional(),
  unacknowledgeAfter: z.union([never, durationSchema(everyMs)]).optional(),
} as const;

type NodeFile = z.output<z.ZodObject<typeof shape>> & { routes?: RouteNode[] | undefined };

/** What is not written is left out, so that it is as in the place above. */
function nodeOf(file: NodeFile): RouteNode {
  const { groupWait, groupInterval, reopenWithin, remindAfter, unacknowledgeAfter } = file;
  const given = {
    to: file.to,
    escalate: file.escalate?.map(({ wait, to }) => ({ waitMs: wait, targets: to })),
    repeat: file.repeat,
    groupBy: file.groupBy,
    groupWaitMs: groupWait,
    groupIntervalMs: groupInterval,
    reopenWithinMs: reopenWithin,
    remindAfterMs: remindAfter,
    expireAfterMs: unacknowledgeAfter,
  };
  return {
    match: file.match ?? [],
    severities: file.severity ?? [],
    continue: file.continue ?? false,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<RouteNode>),
    routes: file.routes ?? [],
  };
}

/** Trees end: a schema for each depth, the deepest without branches. */
function nodeSchema(depth: number): z.ZodType<RouteNode> {
  if (depth <= 1) return z.strictObject(shape).transform(nodeOf);
  return z
    .strictObject({
      ...shape,
      routes: z
        .array(nodeSchema(depth - 1))
        .max(alertDocumentLimits.routes)
        .optional(),
    })
    .transform(nodeOf);
}

/** `kind: Route` as people write it. */
export const routeFileSchema = z
  .strictObject({
    kind: z.literal('Route'),
    name: nameSchema,
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    order: z.int().min(0).max(1_000_000).optional(),
    ...shape,
    routes: z
      .array(nodeSchema(alertDocumentLimits.depth - 1))
      .max(alertDocumentLimits.routes)
      .optional(),
  })
  .transform(
    ({ name, description, order, kind: _, ...file }): RouteSpec => ({
      name,
      description: description ?? '',
      order: order ?? 100,
      ...nodeOf(file),
    }),
  );

/** Channels and schedules that a route names, each with where it says so. */
export function namesInRoute(
  node: RouteNode,
  path = '',
): { readonly kind: 'Channel' | 'OnCall'; readonly name: string; readonly path: string }[] {
  const at = (part: string) => (path ? `${path}.${part}` : part);
  const of = (targets: readonly RouteTarget[], where: string) =>
    targets.flatMap((target) =>
      'onCall' in target
        ? [
            { kind: 'OnCall' as const, name: target.onCall, path: where },
            ...(target.channels ?? []).map((name) => ({ kind: 'Channel' as const, name, path: where })),
          ]
        : [{ kind: 'Channel' as const, name: target.channel, path: where }],
    );
  const { low, medium, high } = node.to ?? {};
  // Written once for all severities, it is told once.
  const once = low !== undefined && [medium, high].every((list) => JSON.stringify(list) === JSON.stringify(low));
  return [
    ...(once
      ? of(low, at('to'))
      : Object.entries(node.to ?? {}).flatMap(([severity, targets]) => of(targets, at(`to.${severity}`)))),
    ...(node.escalate ?? []).flatMap(({ targets }, index) => of(targets, at(`escalate[${index}].to`))),
    ...node.routes.flatMap((route, index) => namesInRoute(route, at(`routes[${index}]`))),
  ];
}
