import { Select, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { localTime } from '../../lib/times.js';
import { type LastTime, lastTimes, type RunFilter } from './run-filter.js';

const between = 'between';
const dayMs = 86_400_000;

/** A time that goes along with the clock, or one between two instants, by the reader's own clock. */
export function TimeFilter({ filter, onChange }: { filter: RunFilter; onChange: (part: RunFilter) => void }) {
  const { t } = useWords();
  const { last, since, until, view } = filter;
  const isBetween = last === undefined && (since !== undefined || until !== undefined);
  const choose = (value: string | null) => {
    if (value !== between) {
      onChange({ last: (value as LastTime | null) ?? undefined, since: undefined, until: undefined });
      return;
    }
    onChange({ last: undefined, since: new Date(Date.now() - dayMs).toISOString(), until: undefined });
  };
  return (
    <>
      <Select
        label={t('runs.time')}
        placeholder={t('runs.anyTime')}
        clearable
        data={[
          ...lastTimes.map((value) => ({ value: value as string, label: t(`runs.last.${value}`) })),
          { value: between, label: t('runs.between') },
        ]}
        value={last ?? (isBetween ? between : null)}
        onChange={choose}
      />
      {isBetween && <Instant label={t('runs.since')} value={since} onChange={(since) => onChange({ since })} />}
      {isBetween && view !== 'missed' && (
        <Instant
          label={t('runs.until')}
          value={until}
          wrong={since !== undefined && until !== undefined && until <= since ? t('runs.untilBefore') : undefined}
          onChange={(until) => onChange({ until })}
        />
      )}
    </>
  );
}

interface InstantProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly wrong?: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** Given on when it is whole: while a part of it is typed anew the browser gives nothing, and what was chosen stays. */
function Instant({ label, value, wrong, onChange }: InstantProps) {
  const { t } = useWords();
  const field = useRef<HTMLInputElement>(null);
  const [isHalf, setHalf] = useState(false);
  const text = value === undefined ? '' : localTime(value).slice(0, 16).replace(' ', 'T');
  useEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = text;
  }, [text]);
  return (
    <TextInput
      ref={field}
      type="datetime-local"
      label={label}
      defaultValue={text}
      error={isHalf ? t('runs.wholeTime') : wrong}
      onChange={(event) => {
        const ms = Date.parse(event.currentTarget.value);
        if (Number.isNaN(ms)) return;
        setHalf(false);
        onChange(new Date(ms).toISOString());
      }}
      onBlur={({ currentTarget: { value: left, validity } }) => {
        setHalf(validity.badInput);
        if (left === '' && !validity.badInput && value !== undefined) onChange(undefined);
      }}
    />
  );
}
