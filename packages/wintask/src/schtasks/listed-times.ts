/** Reads one date and time of a listing as wall-clock digits (milliseconds, read as UTC); undefined when it is none or cannot be told. */
export type ReadListedTime = (text: string | undefined) => number | undefined;

const PATTERN = /^\D*(\d{1,4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,4})\D{1,4}(\d{1,2})\D(\d{2})\D(\d{2})(.*)$/u;
type Order = 'ymd' | 'dmy' | 'mdy';

/**
 * How a listing writes dates, told by the listing itself: a year in front is year-month-day; otherwise the numbers
 * above 12 of all its dates say which comes first. The "never" date of tasks that have not run, 30 November 1999, is in
 * most listings. Where nothing tells, or two dates disagree, nothing is read. Half days are read by `AM` and `PM` only.
 */
export function listedTimes(texts: readonly string[]): ReadListedTime {
  const orders = new Set(texts.flatMap((text) => orderOf(text) ?? []));
  const [order] = orders;
  if (order === undefined || orders.size > 1) return () => undefined;
  return (text) => read(text ?? '', order);
}

function orderOf(text: string): Order | undefined {
  const [, a = '', b = '', c = ''] = PATTERN.exec(text) ?? [];
  if (a.length === 4) return 'ymd';
  if (c.length !== 4) return undefined;
  if (Number(a) > 12) return 'dmy';
  return Number(b) > 12 ? 'mdy' : undefined;
}

function read(text: string, order: Order): number | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [a, b, c, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  const half = match[7]!.trim().toUpperCase();
  if (half !== '' && half !== 'AM' && half !== 'PM') return undefined;
  const hours = half === '' ? hour : (hour % 12) + (half === 'PM' ? 12 : 0);
  const ms = Date.UTC(year, month - 1, day, hours, minute, second);
  const isReal = new Date(ms).getUTCDate() === day && year > 1999;
  return isReal ? ms : undefined;
}
