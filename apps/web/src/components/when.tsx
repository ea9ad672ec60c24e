import { localTime, utcTime } from '../lib/times.js';

/** A time in the reader's zone; the same in UTC on hover. The browser shows it: a list has hundreds of times. */
export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utcTime(at)}>
      {localTime(at)}
    </time>
  );
}
