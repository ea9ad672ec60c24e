import { useSyncExternalStore } from 'react';
import { useWords } from '../i18n/index.js';
import { onSharedNow, sharedNow } from '../lib/shared-now.js';
import { onZoneChoice, zoneChoice } from '../lib/time-zone.js';
import { localTime, relativeTime, timeIn, utcTime, zonedTime } from '../lib/times.js';

/** Times as text by the clock that the reader chose. */
export function useTimes() {
  const choice = useSyncExternalStore(onZoneChoice, zoneChoice);
  return {
    choice,
    /** @param zone the host's, IANA, where a host is concerned */
    timeText: (iso: string, zone?: string | null): string => timeIn(choice, iso, zone),
  };
}

interface WhenProps {
  readonly at: string;
  /** The host's own zone, IANA, where the time is about a host. */
  readonly zone?: string | null | undefined;
  /** How long ago it was, beside it. */
  readonly ago?: true;
}

/** A time by the clock that the reader chose; by the others on hover. The browser shows those: a list has hundreds of times. */
export function When({ at, zone, ago }: WhenProps) {
  const { timeText } = useTimes();
  const clocks = [localTime(at), utcTime(at), zone && zonedTime(at, zone)].filter(Boolean);
  return (
    <time dateTime={at} title={clocks.join(' · ')}>
      {timeText(at, zone)}
      {ago && <Ago at={at} />}
    </time>
  );
}

/** `5 min. ago`, and so on as time goes by. */
export function Ago({ at }: { at: string }) {
  const { language } = useWords();
  const nowMs = useSyncExternalStore(onSharedNow, sharedNow);
  return <span className="ago"> {relativeTime(at, nowMs, language)}</span>;
}
