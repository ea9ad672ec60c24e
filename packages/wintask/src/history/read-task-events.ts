import { decodeTaskXml } from '../task/decode-task-xml.js';
import { parseXml, type XmlElement } from '../xml/parse-xml.js';
import type { TaskEvent } from './task-event.js';

export interface ReadTaskEvents {
  /** In the order of the log. */
  readonly events: TaskEvent[];
  /** Records that could not be read. */
  readonly unreadable: number;
}

/**
 * Reads `wevtutil query-events /f:xml`: `Event` elements one after the other, with or without a root around them. By
 * named data alone, so in every language and for every version of a record. One bad record does not spoil the others.
 * @param options.codePage of the console, for output that is not Unicode
 */
export function readTaskEvents(
  source: string | Uint8Array,
  options: { codePage?: number | undefined } = {},
): ReadTaskEvents {
  const text = typeof source === 'string' ? source : decodeTaskXml(source, options);
  const events: TaskEvent[] = [];
  let unreadable = 0;
  for (const [record] of text.matchAll(/<Event[\s>][\s\S]*?<\/Event>/g)) {
    const event = readEvent(record);
    if (event) events.push(event);
    else unreadable += 1;
  }
  return { events: events.sort((a, b) => a.recordId - b.recordId), unreadable };
}

function readEvent(record: string): TaskEvent | undefined {
  const read = parseXml(record, { maxLength: 64 * 1024 });
  if (!read.ok) return undefined;
  const system = child(read.root, 'System');
  const recordId = wholeNumber(child(system, 'EventRecordID')?.text);
  const id = wholeNumber(child(system, 'EventID')?.text);
  const at = instantOf(child(system, 'TimeCreated')?.attributes.get('SystemTime'));
  if (recordId === undefined || id === undefined || at === undefined) return undefined;
  return { recordId, id, at, data: dataOf(child(read.root, 'EventData')) };
}

function dataOf(element: XmlElement | undefined): Record<string, string> {
  const data: Record<string, string> = {};
  for (const { name, attributes, text } of element?.children ?? []) {
    const key = attributes.get('Name');
    if (name === 'Data' && key !== undefined && key !== '__proto__') data[key] = text;
  }
  return data;
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((each) => each.name === name);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/** Windows writes seven digits of a second; three are kept. */
function instantOf(text: string | undefined): string | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text ?? '');
  if (!found) return undefined;
  const at = `${found[1]}.${(found[2] ?? '').slice(0, 3).padEnd(3, '0')}Z`;
  return Number.isNaN(Date.parse(at)) ? undefined : at;
}
