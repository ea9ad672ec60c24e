import type { HttpExpectation, JsonCheck } from './http.js';
import { parseJsonPath, valueAtPath } from './json-path.js';

/** An answer as it came, for judging. */
export interface AnswerFacts {
  readonly status: number;
  /** Undefined where the body was not read as text. */
  readonly text: string;
  readonly latencyMs: number;
}

/** Is this one of the statuses that are expected? */
export function isExpectedStatus(expected: HttpExpectation['status'], status: number): boolean {
  return expected.some((each) => (typeof each === 'number' ? each === status : each[0] === String(status)[0]));
}

/** Everything that is not as it should be, a sentence each; none when all is. */
export function judgeAnswer(expected: HttpExpectation, answer: AnswerFacts): readonly string[] {
  const { status, text, latencyMs } = answer;
  if (!isExpectedStatus(expected.status, status)) return [`status ${status}: expected ${expected.status.join(' or ')}`];
  const problems: string[] = [];
  if (expected.latencyBelowMs !== null && latencyMs >= expected.latencyBelowMs)
    problems.push(`the answer took ${latencyMs} ms: expected less than ${expected.latencyBelowMs} ms`);
  if (expected.text !== null && !text.includes(expected.text))
    problems.push(`the answer does not have ${JSON.stringify(expected.text)} in it`);
  return expected.json.length === 0 ? problems : [...problems, ...judgeJson(expected.json, text)];
}

function judgeJson(checks: readonly JsonCheck[], text: string): readonly string[] {
  const parsed = parseJson(text);
  if (!parsed.ok) return ['the answer is no JSON'];
  return checks.flatMap((check) => {
    const value = valueAtPath(parsed.value, parseJsonPath(check.path) ?? []);
    const expectation = failedTest(check, value);
    return expectation === undefined ? [] : [`${check.path}: expected ${expectation}, got ${shown(value)}`];
  });
}

/** JSON of an answer; a byte order mark before it is no part of it. */
export function parseJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text.replace(/^\ufeff/, '')) as unknown };
  } catch {
    return { ok: false };
  }
}

/** Regular expressions are tried on so much of a text. */
const triedCharacters = 10_000;

/** What was expected, in words, when it does not hold. */
function failedTest(check: JsonCheck, value: unknown): string | undefined {
  if ('exists' in check) return (value !== undefined) === check.exists ? undefined : check.exists ? 'a value' : 'none';
  if ('equals' in check) return value === check.equals ? undefined : JSON.stringify(check.equals);
  if ('matches' in check) {
    const fits = typeof value === 'string' && new RegExp(check.matches, 'u').test(value.slice(0, triedCharacters));
    return fits ? undefined : `text that fits ${check.matches}`;
  }
  if ('atLeast' in check)
    return typeof value === 'number' && value >= check.atLeast ? undefined : `at least ${check.atLeast}`;
  return typeof value === 'number' && value <= check.atMost ? undefined : `at most ${check.atMost}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 60)}…`;
}
