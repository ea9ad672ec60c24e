import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

/** The time, told anew every so often. @returns epoch milliseconds */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useInterval(() => setNowMs(Date.now()), everyMs, { autoInvoke: true });
  return nowMs;
}
