import { type ExpectedText, expectedTexts, spokenExpectation } from './text/expected-texts.js';
import { figuresOfAll } from './text/sentences.js';

/** One thing wrong with an input: where, what stands there, and what would be right. */
export interface Problem {
  /** Dotted path of the field from the document's root, `schedule[0].cron`; empty for the document itself. */
  readonly path: string;
  /** Stable machine name; the dashboard owns the words for it. */
  readonly code: ProblemCode;
  readonly expected: string;
  /** The same by code and figures, for who says it in another language; absent where only the sentence says it. */
  readonly expects?: Expectation;
  /** The value found, shortened to be printable on one line. */
  readonly got: string;
  /** One English sentence that names the field and what was expected. */
  readonly message: string;
}

/** What schemas say by themselves: code with figures. */
const schemaFigures = {
  known_key: [],
  type: ['type'],
  at_most: ['limit'],
  at_most_items: ['limit'],
  at_least: ['limit'],
  at_least_characters: ['limit'],
  at_least_items: ['limit'],
  format: ['format'],
  documented_form: [],
  name: [],
} as const satisfies Record<string, readonly string[]>;
export type ExpectationCode = keyof typeof schemaFigures | keyof typeof expectedTexts;

/** What a field is to be, by code; each with its figures. */
export const expectationFigures: Readonly<Record<ExpectationCode, readonly string[]>> = {
  ...schemaFigures,
  ...figuresOfAll(expectedTexts),
};

export interface Expectation {
  readonly code: ExpectationCode;
  readonly figures?: Readonly<Record<string, string | number>>;
}

export type ProblemCode =
  | 'unknown_key'
  | 'missing'
  | 'wrong_type'
  | 'wrong_value'
  | 'too_long'
  | 'too_short'
  | 'not_supported_yet'
  | 'no_matching_host'
  | 'unknown_reference'
  | 'duplicate';

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: Problem[] };

/** Builds a problem whose message always has the same shape: field, what was expected, what was got. */
export function makeProblem(path: string, code: ProblemCode, expected: ExpectedText, got: unknown): Problem {
  return problemOf(path, code, expected, got, spokenExpectation(expected) ?? undefined);
}

/** The same for a sentence of others, which may have a code and figures. */
export function problemOf(
  path: string,
  code: ProblemCode,
  expected: string,
  got: unknown,
  expects: Expectation | undefined,
): Problem {
  const shown = shorten(got);
  const field = path || 'document';
  const message =
    code === 'unknown_key'
      ? `${field}: unknown key; expected ${expected}`
      : code === 'missing'
        ? `${field}: missing; expected ${expected}`
        : `${field}: expected ${expected}, got ${shown}`;
  return { path, code, expected, ...(expects ? { expects } : {}), got: shown, message };
}

/** A value as one short printable line: control characters escaped, at most 80 characters. */
export function shorten(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : value === undefined
        ? 'nothing'
        : (JSON.stringify(value) ?? String(value));
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}

/** `['schedule', 0, 'cron']` -> `schedule[0].cron`. */
export function joinPath(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part)),
    '',
  );
}
