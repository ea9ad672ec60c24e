import { z } from 'zod';
import { jobLimits } from '../../job/job-limits.js';
import { durationSchema, nameSchema } from '../../job/parts.schema.js';
import type { ExpectedText } from '../../text/expected-texts.js';
import { problemParams } from '../../zod-problems.js';
import {
  alertDocumentLimits,
  instantOf,
  type WeeklySpan,
  wallClockSchema,
  weeklySpansSchema,
  zoneSchema,
} from './alert-parts.schema.js';

/** Who is on duty when. */
export interface OnCallSpec {
  readonly name: string;
  readonly description: string;
  readonly timezone: string;
  /** Name of a person → name of a channel in lower case → address or number there; null: the channel's own. */
  readonly people: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  /** Later ones count before earlier ones where they have somebody. */
  readonly layers: readonly OnCallLayer[];
  /** Count before all layers; later ones before earlier ones. */
  readonly overrides: readonly OnCallOverride[];
}

export interface OnCallLayer {
  readonly name: string;
  /** In the order of their turns. */
  readonly people: readonly string[];
  /** First hand-over, digits on the clocks of the schedule's zone; all others follow on the wall clock. */
  readonly start: string;
  readonly turnMs: number;
  /** Only then; empty: always. */
  readonly only: readonly WeeklySpan[];
}

export interface OnCallOverride {
  /** ISO instants. */
  readonly from: string;
  readonly until: string;
  readonly person: string;
}

const dayMs = 86_400_000;
const turnSchema = z.union([
  z.enum(['daily', 'weekly']).transform((word) => (word === 'daily' ? dayMs : 7 * dayMs)),
  durationSchema({ min: 3_600_000, max: 90 * dayMs }),
]);

const layerSchema = z.strictObject({
  name: nameSchema.optional(),
  people: z.array(nameSchema).min(1).max(alertDocumentLimits.people),
  rotate: turnSchema.optional(),
  start: wallClockSchema.refine(
    (text) => !/(Z|[+-]\d{2}:\d{2})$/.test(text),
    problemParams('wrong_value', 'a date and time without an offset: it is on the clocks of the schedule'),
  ),
  only: weeklySpansSchema.optional(),
});

/** `kind: OnCall` as people write it. */
export const onCallFileSchema = z
  .strictObject({
    kind: z.literal('OnCall'),
    name: nameSchema,
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    timezone: zoneSchema.optional(),
    people: z.record(nameSchema, z.record(nameSchema, z.union([z.string().min(1).max(500), z.literal(true)]))),
    layers: z.array(layerSchema).min(1).max(alertDocumentLimits.layers),
    overrides: z
      .array(z.strictObject({ from: wallClockSchema, until: wallClockSchema, person: nameSchema }))
      .max(alertDocumentLimits.overrides)
      .optional(),
  })
  .superRefine(({ people, layers, overrides = [], timezone = 'UTC' }, context) => {
    const issue = (path: (string | number)[], input: unknown, expected: ExpectedText) =>
      context.addIssue({ code: 'custom', path, input, ...problemParams('wrong_value', expected) });
    const known: ExpectedText = `one of people: ${Object.keys(people).join(', ')}`;
    for (const [person, channels] of Object.entries(people))
      if (Object.keys(channels).length === 0)
        issue(['people', person], channels, 'at least one channel with an address');
    for (const [at, layer] of layers.entries())
      for (const [index, person] of layer.people.entries())
        if (!Object.hasOwn(people, person)) issue(['layers', at, 'people', index], person, known);
    for (const [at, { person, from, until }] of overrides.entries()) {
      if (!Object.hasOwn(people, person)) issue(['overrides', at, 'person'], person, known);
      if (instantOf(from, timezone) >= instantOf(until, timezone))
        issue(['overrides', at, 'until'], until, `a time after from (${from})`);
    }
  })
  .transform(({ name, description, timezone = 'UTC', people, layers, overrides = [] }): OnCallSpec => {
    const iso = (text: string) => new Date(instantOf(text, timezone)).toISOString();
    return {
      name,
      description: description ?? '',
      timezone,
      people: Object.fromEntries(
        Object.entries(people).map(([person, channels]) => [
          person,
          Object.fromEntries(
            Object.entries(channels).map(([channel, to]) => [channel.toLowerCase(), to === true ? null : to]),
          ),
        ]),
      ),
      layers: layers.map((layer, index) => ({
        name: layer.name ?? `layer ${index + 1}`,
        people: layer.people,
        start: layer.start,
        turnMs: layer.rotate ?? 7 * dayMs,
        only: layer.only ?? [],
      })),
      overrides: overrides.map(({ from, until, person }) => ({ from: iso(from), until: iso(until), person })),
    };
  });
