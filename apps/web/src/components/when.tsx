import { Tooltip } from '@mantine/core';
import { localTime, utcTime } from '../lib/times.js';

/** A time in the reader's zone; the same in UTC on hover. */
export function When({ at }: { at: string }) {
  return (
    <Tooltip label={utcTime(at)} withArrow openDelay={300}>
      <time dateTime={at}>{localTime(at)}</time>
    </Tooltip>
  );
}
