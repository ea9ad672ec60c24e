import { readDryRunLine } from '@carillon/core/text/dry-run-texts';
import { readSentence, readTaskXmlSentence, type SaidSentence } from '@carillon/core/text/said-sentences';
import { type Figures, type Means, say } from '../../server-text.js';
import { dryRunLines } from './dry-runs.js';
import { namesInSentences, sentenceWords, taskXmlWords } from './words.js';

/** What other tables know. */
export interface Others {
  /** A difference of a task, which may stand among sentences. */
  readonly difference: (text: string) => string | null;
  /** What a field is to be, which may stand inside of one. */
  readonly expected: (text: string) => string | null;
}

/**
 * A sentence of the product in Chinese. Several that are strung together by `; ` are said one by one: words of others
 * among them stand as they are.
 * @returns null where nothing of it is a sentence of ours
 */
export function sentenceIn(text: string, others: Others): string | null {
  const whole = wordsOf(sentenceWords, readSentence(text), others);
  if (whole !== null) return whole;
  const parts = text.split('; ');
  const said = parts.map((part) => oneSentence(part, others));
  if (said.every((part) => part !== null)) return said.join('；');
  // A value in a difference may have the sign that parts are strung together by.
  const difference = others.difference(text);
  if (difference !== null || said.every((part) => part === null)) return difference;
  return said.map((part, at) => part ?? parts[at]).join('；');
}

/** The same of what may also be said of a task's XML, which has few words of its own. */
export function taskTextIn(text: string, others: Others): string | null {
  return sentenceIn(text, others) ?? wordsOf(taskXmlWords, readTaskXmlSentence(text), others);
}

/** Why an edit or a task was not adopted: `code: words`, of which the words are said. @returns null as above */
export function reasonTextIn(text: string, others: Others): string | null {
  const [, words = text] = /^[a-z_]+: (.+)$/s.exec(text) ?? [];
  return taskTextIn(words, others);
}

/** What a dry run answered, line by line. */
export function dryRunIn(text: string, others: Others): string {
  const inside = (line: string): string => {
    const read = readDryRunLine(line);
    return (read && say(dryRunLines[read.code], read.figures, meansIn(others))) ?? line;
  };
  return text.split('\n').map(inside).join('\n');
}

function oneSentence(text: string, others: Others): string | null {
  return wordsOf(sentenceWords, readSentence(text), others) ?? others.difference(text);
}

function wordsOf(tables: object, found: SaidSentence<string> | null, others: Others): string | null {
  if (!found) return null;
  const words = (tables as Readonly<Record<string, Readonly<Record<string, string>>>>)[found.table];
  return say(words?.[found.code], found.figures, meansIn(others));
}

/** A name, or a sentence inside of another; what is neither is quoted as it is. */
function meansIn(others: Others): Means {
  return (figure: string, value: unknown, _figures: Figures) => {
    if (typeof value !== 'string') return undefined;
    const names = namesInSentences[figure];
    if (names && Object.hasOwn(names, value)) return names[value];
    if (figure === 'xml') return taskTextIn(value, others) ?? value;
    if (figure === 'what') return secretNamed(value) ?? value;
    return sentenceIn(value, others) ?? others.expected(value) ?? value;
  };
}

/** `secret db-password` stands for what is signed. */
function secretNamed(text: string): string | null {
  const [, purpose = '', name = ''] = /^(secret|account) (.+)$/.exec(text) ?? [];
  return purpose === '' ? null : `${namesInSentences.purpose?.[purpose]} ${name}`;
}
