import type { Route } from '@carillon/contract/http/route';
import type { Problem } from '@carillon/core/problem';
import { problemsFromIssues } from '@carillon/core/zod-problems';
import { z } from 'zod';
import { invalidInput } from './api-error.js';
import { findUnstorable } from './plain-input.js';

interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

type Schemas = Partial<Record<keyof Parts, z.ZodType>>;

const schemasOf = new WeakMap<Route, Schemas>();

/**
 * Checks a request against its route.
 * @returns parameters and query flattened, the body beside them
 * @throws ApiError `invalid` that names every wrong field
 */
export function readInput(route: Route, parts: Parts): Record<string, unknown> {
  const schemas = schemasOf.get(route) ?? compile(route);
  schemasOf.set(route, schemas);
  const problems: Problem[] = [];
  const read = (part: keyof Parts): unknown => {
    const given = parts[part] ?? (part === 'body' ? undefined : {});
    const unstorable = schemas[part] && findUnstorable(given);
    if (unstorable) problems.push(unstorable);
    const result = unstorable ? undefined : schemas[part]?.safeParse(given);
    if (result?.success === false) problems.push(...partProblems(part, result.error.issues, given));
    return result?.data;
  };
  const input = { ...(read('params') as object), ...(read('query') as object) };
  const body = read('body');
  if (problems.length > 0) throw invalidInput(problems);
  return route.body ? { ...input, body } : input;
}

/** A misspelt key is refused by name: ignoring `?jbo=x` would answer another question than the one asked. */
function compile(route: Route): Schemas {
  return {
    params: route.params ?? z.object({}),
    query: (route.query ?? z.object({})).strict(),
    ...(route.body ? { body: strict(route.body) } : {}),
  };
}

function strict(schema: z.ZodType): z.ZodType {
  // One that says itself what it does with other keys stays so.
  if (schema instanceof z.ZodObject) return schema.def.catchall ? schema : schema.strict();
  if (schema instanceof z.ZodDefault) {
    const { defaultValue, innerType } = schema.def;
    return strict(innerType as z.ZodType).default(defaultValue);
  }
  return schema;
}

function partProblems(part: keyof Parts, issues: readonly z.core.$ZodIssue[], given: unknown): Problem[] {
  return issues.flatMap((issue) => {
    // A problem of the whole body has no field to name but the body itself.
    const whole = part === 'body' && issue.path.length === 0 && issue.code !== 'unrecognized_keys';
    return problemsFromIssues([issue], given, whole ? ['body'] : []);
  });
}
