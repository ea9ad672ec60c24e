import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useWords } from '../i18n/index.js';
import { useTyped } from '../lib/use-typed.js';

const patienceMs = 800;
const isLabel = (text: string) => text.indexOf('=') > 0;

interface Props {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (label: string | undefined) => void;
  readonly w?: number;
}

/** Keeps a list to hosts with a label. What is no `key=value` lets everything through, and says so once the typing rests. */
export function LabelFilter({ label, value, onChange, w }: Props) {
  const { t } = useWords();
  const typed = useTyped(value, (text) => onChange(text !== undefined && isLabel(text) ? text : undefined));
  const [rested] = useDebouncedValue(typed.value.trim(), patienceMs);
  const isWrong = rested !== '' && rested === typed.value.trim() && !isLabel(rested);
  return (
    <TextInput
      label={label}
      placeholder="role=db"
      {...(w === undefined ? {} : { w })}
      {...typed}
      error={isWrong && t('common.labelWrong')}
    />
  );
}
