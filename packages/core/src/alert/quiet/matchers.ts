import { compilePattern, patternProblem } from '../conditions/pattern.js';

export type MatcherSign = '=' | '!=' | '=~' | '!~';

/** What one label has to be. A label that is not there is an empty text, as in Alertmanager. */
export interface Matcher {
  readonly label: string;
  readonly sign: MatcherSign;
  readonly value: string;
}

const maxPatternCharacters = 200;
const form = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s;

type MatcherFault =
  | 'a label, one of = != =~ !~, and a value'
  | `a pattern of at most ${number} characters`
  | `a pattern, but ${string}`;

/** `role=db`, `host=~web-.*`, `env!=prod`, `site!~(lab|test).*`; a value may stand in double quotes. */
export function readMatcher(
  text: string,
): { readonly ok: true; readonly value: Matcher } | { readonly ok: false; readonly message: MatcherFault } {
  const [, label = '', sign = '', raw = ''] = form.exec(text) ?? [];
  if (!label) return { ok: false, message: 'a label, one of = != =~ !~, and a value' };
  const value = /^"(.*)"$/s.exec(raw)?.[1] ?? raw;
  const matcher = { label, sign: sign as MatcherSign, value };
  if (sign !== '=~' && sign !== '!~') return { ok: true, value: matcher };
  if (value.length > maxPatternCharacters)
    return { ok: false, message: `a pattern of at most ${maxPatternCharacters} characters` };
  const problem = patternProblem(value);
  return problem === undefined ? { ok: true, value: matcher } : { ok: false, message: `a pattern, but ${problem}` };
}

/** As it would be written. */
export function writeMatcher({ label, sign, value }: Matcher): string {
  return `${label}${sign}${value}`;
}

export type Labels = Readonly<Record<string, string>>;

const patterns = new Map<string, (text: string) => boolean>();
const rememberedPatterns = 1_000;

/** The whole text has to fit. A pattern that cannot be read (it was checked when it was written) fits nothing. */
function fits(pattern: string, text: string): boolean {
  let whole = patterns.get(pattern);
  if (!whole) {
    const compiled = patternProblem(pattern) === undefined ? compilePattern(pattern) : null;
    whole = (given) => compiled?.whole(given) ?? false;
    // Reading costs more than matching; what is remembered never alters an answer.
    if (patterns.size >= rememberedPatterns) patterns.clear();
    patterns.set(pattern, whole);
  }
  return whole(text);
}

/** Names of hosts, jobs and policies are compared as people say them, in either case; labels exactly. */
const named = new Set(['host', 'job', 'policy', 'owner']);

/** Whether labels are as a matcher says. */
export function matches({ label, sign, value }: Matcher, labels: Labels): boolean {
  const fold = (text: string) => (named.has(label) ? text.toLowerCase() : text);
  const got = fold(Object.hasOwn(labels, label) ? (labels[label] ?? '') : '');
  switch (sign) {
    case '=':
      return got === fold(value);
    case '!=':
      return got !== fold(value);
    case '=~':
      return fits(named.has(label) ? `(?i)${value}` : value, got);
    case '!~':
      return !fits(named.has(label) ? `(?i)${value}` : value, got);
  }
}

/** Whether labels are as every one of them says; none says nothing, so all fit. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matches(matcher, labels));
}
