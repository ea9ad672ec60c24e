import type { core } from 'zod';
import { type Expectation, joinPath, type Problem, type ProblemCode, problemOf } from './problem.js';
import { type ExpectedText, spokenExpectation } from './text/expected-texts.js';

/** What a schema's own refinement tells about itself: `z.string().refine(rule, problem('wrong_value', 'a crontab'))`. */
export function problemParams(
  code: ProblemCode,
  expected: ExpectedText,
): { params: { code: ProblemCode; expected: string } } {
  return { params: { code, expected } };
}

/** What a union or a pattern says of itself: `z.union([…], says('text, or { secret: NAME }'))`. */
export function says(expected: ExpectedText): { error: string } {
  return { error: expected };
}

const spoken = (text: string): Expectation | undefined => spokenExpectation(text) ?? undefined;

/**
 * Turns zod's issues into problems in the product's own words.
 * @param root the value that was parsed, to show what stands at each path
 */
export function problemsFromIssues(
  issues: readonly core.$ZodIssue[],
  root: unknown,
  at: readonly PropertyKey[] = [],
): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, root, at));
}

/** What a pattern says of itself, else what it is called. */
function formatWords({ format, message }: { readonly format: string; readonly message: string }): string {
  if (format === 'url') return 'an address of the web such as https://example.com/path';
  if (format === 'email') return 'a mail address such as ops@example.com';
  if (format !== 'regex') return `${article(format)} value`;
  return message.startsWith('Invalid') ? 'a text of the documented form' : message;
}

function problemsOf(issue: core.$ZodIssue, root: unknown, at: readonly PropertyKey[]): Problem[] {
  const parts = [...at, ...issue.path];
  const path = joinPath(parts);
  const got = valueAt(root, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        problemOf(joinPath([...parts, key]), 'unknown_key', 'a key of the documented form', key, {
          code: 'known_key',
        }),
      );
    case 'invalid_type':
      return [
        problemOf(path, got === undefined ? 'missing' : 'wrong_type', article(issue.expected), got, {
          code: 'type',
          figures: { type: issue.expected },
        }),
      ];
    case 'invalid_value':
      return [oneOf(path, issue.values.map(String).join(', '), got)];
    case 'too_big':
      return [
        problemOf(
          path,
          'too_long',
          `at most ${issue.maximum}${unit(issue.origin)}`,
          got,
          limit('at_most', issue.origin, issue.maximum),
        ),
      ];
    case 'too_small':
      return [
        problemOf(
          path,
          'too_short',
          `at least ${issue.minimum}${unit(issue.origin)}`,
          got,
          limit('at_least', issue.origin, issue.minimum),
        ),
      ];
    case 'invalid_format':
      return [problemOf(path, 'wrong_value', formatWords(issue), got, formatOf(issue))];
    case 'invalid_union': {
      const meant = issue.message.startsWith('Invalid') ? formMeant(issue.errors, got) : undefined;
      if (meant) return problemsFromIssues(meant, got, parts);
      return [
        problemOf(
          path,
          got === undefined ? 'missing' : 'wrong_value',
          issue.message.startsWith('Invalid') ? 'one of the documented forms' : issue.message,
          got,
          issue.message.startsWith('Invalid') ? { code: 'documented_form' } : spoken(issue.message),
        ),
      ];
    }
    case 'invalid_key':
      return [problemOf(path, 'wrong_value', 'a valid name', issue.path.at(-1), { code: 'name' })];
    case 'custom': {
      const params = issue.params as { code?: ProblemCode; expected?: string } | undefined;
      const expected = params?.expected ?? issue.message;
      return [problemOf(path, params?.code ?? 'wrong_value', expected, got, spoken(expected))];
    }
    default:
      return [problemOf(path, 'wrong_value', issue.message, got, spoken(issue.message))];
  }
}

/** Of the forms that a value may have, what is wrong with the one that alone takes a value of its type. */
function formMeant(forms: readonly core.$ZodIssue[][], got: unknown): core.$ZodIssue[] | undefined {
  const isOfOtherType = (issue: core.$ZodIssue): boolean => {
    if (issue.path.length > 0) return false;
    if (issue.code === 'invalid_value') return issue.values.every((value) => typeof value !== typeof got);
    if (issue.code === 'invalid_union') return issue.errors.every((issues) => issues.some(isOfOtherType));
    return issue.code === 'invalid_type';
  };
  const taken = forms.filter((issues) => !issues.some(isOfOtherType));
  return got !== undefined && taken.length === 1 ? taken[0] : undefined;
}

const oneOf = (path: string, values: string, got: unknown): Problem =>
  problemOf(path, 'wrong_value', `one of ${values}`, got, { code: 'one_of', figures: { values } });

function limit(code: 'at_most' | 'at_least', origin: string, value: number | bigint): Expectation {
  const figures = { limit: Number(value) };
  if (origin === 'string') return { code: `${code}_characters`, figures };
  return { code: origin === 'array' || origin === 'set' ? `${code}_items` : code, figures };
}

/** Of a pattern that says of itself what it is, only the words are known. */
function formatOf({ format, message }: { readonly format: string; readonly message: string }): Expectation | undefined {
  if (format !== 'regex') return { code: 'format', figures: { format } };
  return message.startsWith('Invalid') ? { code: 'documented_form' } : spoken(message);
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' items' : '';
}

function article(noun: string): string {
  // People write YAML: they know lists and maps.
  const words: Record<string, string> = { record: 'map of names to values', object: 'map', array: 'list' };
  const word = words[noun] ?? noun;
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

/** Short forms are followed too: a single value in place of a list of it, a text in place of a map. */
function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = root;
  for (const part of path) {
    if (value === null || typeof value !== 'object') return value;
    if (typeof part === 'number' && !Array.isArray(value)) continue;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
