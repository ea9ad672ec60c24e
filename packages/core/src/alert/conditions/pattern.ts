import { RE2JS } from 're2js';

/** A pattern of people, ready to look at lines. Its time grows with the line, never with the ways to match it. */
export interface Pattern {
  /** Whether it is found anywhere in the text. */
  found(text: string): boolean;
  /** Whether it is the whole text. */
  whole(text: string): boolean;
}

/** @returns what is wrong with a pattern; undefined when nothing is */
export function patternProblem(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @throws where `patternProblem` tells one */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  return { found: (text) => compiled.matcher(text).find(), whole: (text) => compiled.matches(text) };
}
