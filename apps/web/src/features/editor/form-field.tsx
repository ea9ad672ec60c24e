import { Textarea, TextInput } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useWords } from '../../i18n/index.js';

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly many?: boolean;
  /** Null where the file says more than the field can show. */
  readonly value: string | null;
  readonly fault: string | undefined;
  readonly onLeave: (value: string) => void;
}

/** Written when it is left, not at each key: a field that is emptied to be typed anew keeps its comment and place. */
export function FormField({ label, hint, many, value, fault, onLeave }: FieldProps) {
  const { t } = useWords();
  const leave = (typed: string) => {
    if (typed !== (value ?? '')) onLeave(typed);
  };
  const shared = {
    label,
    description: value === null ? t('editor.inFile') : hint,
    disabled: value === null,
    defaultValue: value ?? '',
    error: fault,
    onBlur: (event: { currentTarget: { value: string } }) => leave(event.currentTarget.value),
  };
  return many ? (
    <Textarea key={value} {...shared} rows={6} resize="vertical" classNames={{ input: 'mono' }} />
  ) : (
    <TextInput
      key={value}
      {...shared}
      onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
        if (event.key === 'Enter') leave(event.currentTarget.value);
      }}
    />
  );
}
