import { z } from 'zod';
import type { Random } from '../simulation/random.js';

/** The part of JSON Schema (2020-12) that zod writes. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | boolean;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** What no field expects: texts that mean something to a shell, a database, a page or a log, and values past their ends. */
export const hostileValues: readonly unknown[] = [
  ...['', ' ', '\0', '\ud800', '\u202etxt.exe', 'x'.repeat(70_000), '../../../etc/passwd', 'C:\\Windows\\..\\x'],
  ...["' OR 1=1; DROP TABLE job; --", '$(reboot)', '`id`', '%n%s%x', '{{7*7}}', '<script>alert(1)</script>', '=cmd()'],
  ...['\u001b[2J', 'a\r\nSet-Cookie: a=b', '__proto__', 'constructor', '00000000-0000-0000-0000-000000000000'],
  ...['9999-12-31T23:59:59.999Z', '-000001-01-01T00:00:00Z', '(a+)+$', 'NaN', '1e400'],
  ...[-1, 0.5, 2 ** 53, -(2 ** 53), 1e308, null, true, [], {}, [[[[]]]], { $ne: null }, { toString: 1 }],
  JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}'),
];

/** A schema of zod as JSON Schema; what cannot be said in it takes anything. */
export function jsonSchemaOf(type: z.ZodType): Schema {
  return z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema;
}

/** Something that looks like what a schema asks for; formats are kept, of patterns those of hashes. */
export function sample(schema: Schema, random: Random, root: Schema = schema, depth = 0): unknown {
  if (schema.$ref) return sample(resolve(schema.$ref, root), random, root, depth + 1);
  if ('const' in schema) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return sample(random.pick(choices), random, root, depth + 1);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((each) => sample(each, random, root, depth + 1)));
  switch (schema.type) {
    case 'object':
      return sampleObject(schema, random, root, depth);
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, depth > 6 ? 0 : random.below(3)) }, () =>
        typeof schema.items === 'object' ? sample(schema.items, random, root, depth + 1) : random.below(9),
      );
    case 'integer':
    case 'number':
      return Math.min(schema.maximum ?? 1_000, (schema.minimum ?? 0) + random.below(50));
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    default:
      return sampleText(schema, random);
  }
}

function sampleObject(schema: Schema, random: Random, root: Schema, depth: number): object {
  const named = Object.entries(schema.properties ?? {}).filter(
    ([key]) => schema.required?.includes(key) || (depth < 5 && random.chance(0.5)),
  );
  const made = named.map(([key, each]) => [key, sample(each, random, root, depth + 1)]);
  const { additionalProperties: more } = schema;
  if (typeof more === 'object' && depth < 5) made.push(['more', sample(more, random, root, depth + 1)]);
  return Object.fromEntries(made);
}

function sampleText({ format, minLength = 1, pattern = '' }: Schema, random: Random): string {
  const hexadecimal = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(pattern)?.[1];
  if (hexadecimal) return random.bytes(Number(hexadecimal)).toString('hex').slice(0, Number(hexadecimal));
  if (format === 'uuid')
    return random
      .bytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-7$3-8$4-$5');
  if (format === 'date-time') return new Date(Date.UTC(2026, 0, 1) + random.below(3e9)).toISOString();
  if (format === 'uri') return 'https://example.com/x';
  return 'x'.repeat(Math.max(minLength, 1 + random.below(8)));
}

function resolve(reference: string, root: Schema): Schema {
  return reference === '#' ? root : (root.$defs?.[reference.replace('#/$defs/', '')] ?? {});
}

/** The same with something hostile in one place, something missing, or something more. */
export function spoil(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return random.pick(hostileValues);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const keys = Object.keys(copy);
  if (keys.length === 0 || random.chance(0.15)) {
    Object.defineProperty(copy, random.pick(['__proto__', 'x', '0', 'constructor']), {
      value: random.pick(hostileValues),
      enumerable: true,
    });
    return copy;
  }
  const key = random.pick(keys) as never;
  if (random.chance(0.1)) delete copy[key];
  else copy[key] = spoil(copy[key], random) as never;
  return copy;
}
