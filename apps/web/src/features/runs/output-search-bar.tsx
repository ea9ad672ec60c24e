import { ActionIcon, Group, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import { useWords } from '../../i18n/index.js';
import { mostHits } from './output-search.js';

interface Props {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly count: number;
  readonly current: number;
  /** By so many hits, past the last to the first. */
  readonly onStep: (by: 1 | -1) => void;
}

/** The search in an output: Enter goes to the next place, with Shift to the one before. */
export function OutputSearchBar({ text, onText, count, current, onStep }: Props) {
  const { t } = useWords();
  const all = count === mostHits ? `${count}+` : String(count);
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput
        size="xs"
        w={170}
        type="search"
        aria-label={t('runs.find')}
        placeholder={t('runs.find')}
        leftSection={<IconSearch size={13} aria-hidden />}
        value={text}
        maxLength={200}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') onText('');
        }}
      />
      {text !== '' && (
        <>
          <Text size="xs" c={count === 0 ? 'red' : 'dimmed'} role="status" style={{ whiteSpace: 'nowrap' }}>
            {count === 0 ? t('runs.findNone') : t('runs.findAt', { n: current + 1, all })}
          </Text>
          <ActionIcon
            variant="default"
            disabled={count === 0}
            aria-label={t('runs.findBefore')}
            onClick={() => onStep(-1)}
          >
            <IconChevronUp size={14} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            disabled={count === 0}
            aria-label={t('runs.findNext')}
            onClick={() => onStep(1)}
          >
            <IconChevronDown size={14} />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}
