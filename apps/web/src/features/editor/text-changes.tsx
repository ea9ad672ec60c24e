import { countChanges, diffLines } from '@carillon/core/document/diff-lines';
import { Code, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useWords } from '../../i18n/index.js';

const signs = { same: ' ', removed: '−', added: '+' } as const;
const colors = { same: 'dimmed', removed: 'red', added: 'teal' } as const;
/** Lines around a change that stay. */
const around = 2;

/** How one text becomes another: the lines that went and came, with a few around them. Signs, not colour alone. */
export function TextChanges({ before, after, label }: { before: string; after: string; label: string }) {
  const { t } = useWords();
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const { added, removed } = countChanges(lines);
  const near = lines.filter((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'),
  );
  return (
    <div>
      <Text size="sm">
        {label}{' '}
        <Text span c="dimmed">
          {t('editor.lineCount', { added, removed })}
        </Text>
      </Text>
      {near.length > 0 && (
        <Code block mah={280} style={{ overflow: 'auto' }} tabIndex={0} aria-label={label} role="region">
          {near.map(({ kind, text, before: from, after: to }) => (
            <Text key={`${from} ${to}`} span inherit display="block" c={colors[kind]} style={{ whiteSpace: 'pre' }}>
              {signs[kind]} {text}
            </Text>
          ))}
        </Code>
      )}
    </div>
  );
}
