import { decodeTaskXml } from '../task/decode-task-xml.js';
import { historyChannel } from './task-event.js';

// Fixed argument lists for wevtutil.exe, to be passed without a shell. Source: wevtutil docs. That `/uni` makes piped
// output UTF-16, and that XML output is the same in every language, is assumed.

/** Prints the records after one, oldest first. */
export function queryEventsArguments(afterRecordId: number, limit: number): string[] {
  const query = `*[System[EventRecordID>${wholeNumber(afterRecordId)}]]`;
  return ['qe', historyChannel, `/q:${query}`, '/f:xml', `/c:${wholeNumber(limit)}`, '/rd:false', '/uni:true'];
}

/** Prints the newest record, or the oldest. */
export function endOfLogArguments(end: 'newest' | 'oldest'): string[] {
  return ['qe', historyChannel, '/f:xml', '/c:1', `/rd:${end === 'newest'}`, '/uni:true'];
}

/** Prints how the log is set up. */
export function describeLogArguments(): string[] {
  return ['gl', historyChannel, '/f:xml', '/uni:true'];
}

/** What an administrator types to have Task Scheduler keep its history. */
export const switchHistoryOn = `wevtutil sl ${historyChannel} /e:true`;

/** Is the log written? Undefined when the answer does not say. */
export function readLogEnabled(
  source: Uint8Array,
  options: { codePage?: number | undefined } = {},
): boolean | undefined {
  const found = /<channel\b[^>]*?\senabled\s*=\s*["'](true|false)["']/i.exec(decodeTaskXml(source, options));
  return found ? found[1]?.toLowerCase() === 'true' : undefined;
}

function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`expected a whole number, got ${value}`);
  return value;
}
