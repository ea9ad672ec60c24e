import type { XmlText } from '../words/task-xml-texts.js';
import { decodeEntities, isXmlText } from './entities.js';

/** An element as read, with the line (from 1) and column (from 1) of its `<`. Prefixes are kept apart. */
export interface XmlElement {
  name: string;
  prefix: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  /** All character data directly inside, entities decoded, line ends as \n. */
  text: string;
  line: number;
  column: number;
}

export interface XmlProblem {
  line: number;
  column: number;
  message: XmlText;
}
export type XmlResult = { ok: true; root: XmlElement } | { ok: false; problem: XmlProblem };

export interface XmlLimits {
  maxLength?: number;
  maxDepth?: number;
}

// A task definition is a few kilobytes; the largest stock one is under 20.
const MAX_LENGTH = 1_048_576;
const MAX_DEPTH = 32;

const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const ATTRIBUTE = /\s+([A-Za-z_][\w.:-]*)\s*=\s*("[^"<]*"|'[^'<]*')/y;
const BLANK = /^[ \t\n\r]*$/;

class XmlError extends Error {
  constructor(
    readonly at: number,
    override readonly message: XmlText,
  ) {
    super(message);
  }
}

interface Reader {
  text: string;
  at: number;
  maxDepth: number;
}

function match(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found) reader.at = pattern.lastIndex;
  return found;
}

function skipPast(
  reader: Reader,
  end: string,
  what: 'a comment' | 'a processing instruction' | 'a CDATA section',
): string {
  const found = reader.text.indexOf(end, reader.at);
  if (found < 0) throw new XmlError(reader.at, `${what} is not closed`);
  const inner = reader.text.slice(reader.at, found);
  reader.at = found + end.length;
  return inner;
}

function decode(text: string, at: number): string {
  const decoded = decodeEntities(text);
  if (decoded === undefined) throw new XmlError(at, 'an & must start a known entity such as &amp;');
  return decoded;
}

function readAttributes(reader: Reader): Map<string, string> {
  const attributes = new Map<string, string>();
  for (let found = match(reader, ATTRIBUTE); found; found = match(reader, ATTRIBUTE)) {
    const [, name, quoted] = found as unknown as [string, string, string];
    if (attributes.has(name)) throw new XmlError(reader.at, `attribute ${name} is given twice`);
    attributes.set(name, decode(quoted.slice(1, -1), reader.at));
  }
  return attributes;
}

/** Comments and processing instructions carry nothing for us; document types could carry entities and are refused. */
function skipMarkup(reader: Reader): boolean {
  if (reader.text.startsWith('<!--', reader.at)) {
    reader.at += 4;
    skipPast(reader, '-->', 'a comment');
    return true;
  }
  if (reader.text.startsWith('<?', reader.at)) {
    reader.at += 2;
    skipPast(reader, '?>', 'a processing instruction');
    return true;
  }
  if (reader.text.startsWith('<!DOCTYPE', reader.at)) throw new XmlError(reader.at, 'document types are not allowed');
  return false;
}

function readContent(reader: Reader, element: XmlElement, name: string, depth: number): void {
  for (;;) {
    const open = reader.text.indexOf('<', reader.at);
    if (open < 0) throw new XmlError(reader.at, `element ${name} is not closed`);
    element.text += decode(reader.text.slice(reader.at, open), reader.at);
    reader.at = open;
    if (reader.text.startsWith('<![CDATA[', open)) {
      reader.at += 9;
      element.text += skipPast(reader, ']]>', 'a CDATA section');
    } else if (reader.text.startsWith('</', open)) {
      reader.at += 2;
      const closing = match(reader, NAME)?.[0];
      if (closing !== name) throw new XmlError(open, `end tag ${closing ?? ''} does not match start tag ${name}`);
      if (!match(reader, /\s*>/y)) throw new XmlError(reader.at, `end tag ${name} is malformed`);
      return;
    } else if (!skipMarkup(reader)) {
      element.children.push(readElement(reader, depth + 1));
    }
  }
}

function readElement(reader: Reader, depth: number): XmlElement {
  const start = reader.at;
  if (depth > reader.maxDepth) throw new XmlError(start, `elements are nested deeper than ${reader.maxDepth}`);
  reader.at += 1;
  const name = match(reader, NAME)?.[0];
  if (name === undefined) throw new XmlError(start, 'a name must follow <');
  const colon = name.indexOf(':');
  const element: XmlElement = {
    name: name.slice(colon + 1),
    prefix: colon < 0 ? '' : name.slice(0, colon),
    attributes: readAttributes(reader),
    children: [],
    text: '',
    ...positionOf(reader.text, start),
  };
  const end = match(reader, /\s*(\/?)>/y);
  if (!end) throw new XmlError(reader.at, `start tag ${name} is malformed`);
  if (end[1] === '/') return element;
  readContent(reader, element, name, depth);
  if (element.children.length > 0) {
    if (!BLANK.test(element.text)) throw new XmlError(start, `element ${name} mixes text and elements`);
    element.text = '';
  }
  return element;
}

// Positions are asked for in reading order, so remembering the last one makes them cheap in large documents.
let seen = { text: '', at: 0, line: 1, lineStart: 0 };

function positionOf(text: string, at: number): { line: number; column: number } {
  if (seen.text !== text || at < seen.at) seen = { text, at: 0, line: 1, lineStart: 0 };
  for (let end = text.indexOf('\n', seen.at); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) {
    seen.line += 1;
    seen.lineStart = end + 1;
  }
  seen.at = at;
  return { line: seen.line, column: at - seen.lineStart + 1 };
}

/**
 * Reads a small XML document strictly: one root, matching tags, no document type, no entities beyond the five and
 * numeric ones, bounded in length (characters) and depth. Comments are skipped. Problems are values with a position.
 */
export function parseXml(source: string, limits: XmlLimits = {}): XmlResult {
  const text = source.replace(/\r\n?/g, '\n');
  const reader: Reader = { text, at: 0, maxDepth: limits.maxDepth ?? MAX_DEPTH };
  try {
    if (source.length > (limits.maxLength ?? MAX_LENGTH)) throw new XmlError(0, 'the document is too long');
    if (!isXmlText(text)) throw new XmlError(0, 'the document contains characters that XML does not allow');
    const skipBlank = () => match(reader, /[ \t\n]*/y);
    for (skipBlank(); skipMarkup(reader); ) skipBlank();
    if (text[reader.at] !== '<') throw new XmlError(reader.at, 'the document must start with an element');
    const root = readElement(reader, 1);
    for (skipBlank(); skipMarkup(reader); ) skipBlank();
    if (reader.at < text.length) throw new XmlError(reader.at, 'nothing may follow the root element');
    return { ok: true, root };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { ok: false, problem: { ...positionOf(text, error.at), message: error.message } };
  } finally {
    seen = { text: '', at: 0, line: 1, lineStart: 0 };
  }
}
