import { Textarea, TextInput } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/index.js';

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly many?: boolean;
  /** Null where the file says more than the field can show. */
  readonly value: string | null;
  readonly fault: string | undefined;
  /** Why what is typed cannot be written into the file; it stays in the field then, and the file as it is. */
  readonly unreadable?: (value: string) => string | undefined;
  /** Told when that begins and ends. */
  readonly onUnreadable?: (is: boolean) => void;
  readonly onLeave: (value: string) => void;
}

/** Written when it is left, not at each key: a field that is emptied to be typed anew keeps its comment and place. */
export function FormField({ label, hint, many, value, fault, unreadable, onUnreadable, onLeave }: FieldProps) {
  const { t } = useWords();
  const area = useRef<HTMLTextAreaElement>(null);
  const line = useRef<HTMLInputElement>(null);
  const [why, setWhy] = useState<string>();
  const judge = (next: string | undefined) => {
    setWhy(next);
    if ((next === undefined) !== (why === undefined)) onUnreadable?.(next !== undefined);
  };
  // The same field goes on with what the file says now: another one in its place would lose the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the file says otherwise, and only then
  useEffect(() => {
    const field = area.current ?? line.current;
    if (field && field.value !== (value ?? '')) field.value = value ?? '';
    judge(undefined);
  }, [value]);
  const leave = (typed: string) => {
    const next = typed === (value ?? '') ? undefined : unreadable?.(typed);
    judge(next);
    if (next === undefined && typed !== (value ?? '')) onLeave(typed);
  };
  const shared = {
    label,
    description: value === null ? t('editor.inFile') : hint,
    disabled: value === null,
    defaultValue: value ?? '',
    error: why ?? fault,
    onBlur: (event: { currentTarget: { value: string } }) => leave(event.currentTarget.value),
  };
  return many ? (
    <Textarea ref={area} {...shared} rows={6} resize="vertical" classNames={{ input: 'mono' }} />
  ) : (
    <TextInput
      ref={line}
      {...shared}
      onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
        if (event.key === 'Enter') leave(event.currentTarget.value);
      }}
    />
  );
}
