import { Anchor, List, Textarea } from '@mantine/core';
import { useRef } from 'react';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { type Fault, lineOfPath } from './fault-lines.js';
import type { ReadFile } from './job-yaml.js';

interface PaneProps {
  readonly text: string;
  readonly file: ReadFile;
  readonly faults: readonly Fault[];
  readonly onChange: (text: string) => void;
}

/** The file itself, and what is wrong in it by line; a click goes there. */
export function FilePane({ text, file, faults, onChange }: PaneProps) {
  const { t } = useWords();
  const { yamlText } = useServerText();
  const area = useRef<HTMLTextAreaElement>(null);
  const found = file.ok
    ? faults.map(({ path, message }) => ({ line: lineOfPath(text, path), message }))
    : [{ line: file.line, message: t('editor.notYaml', { line: file.line, message: yamlText(file) }) }];
  const goTo = (line: number) => {
    const node = area.current;
    if (!node) return;
    const lines = text.split('\n');
    const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    node.focus();
    node.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    node.scrollTop = (node.scrollHeight / lines.length) * Math.max(0, line - 4);
  };
  return (
    <Section title={t('editor.file')}>
      <Textarea
        ref={area}
        aria-label={t('editor.file')}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        rows={28}
        resize="vertical"
        wrap="off"
        spellCheck={false}
        error={found.length > 0}
        aria-describedby="editor-faults"
        classNames={{ input: 'mono' }}
      />
      <List id="editor-faults" size="sm" mt="xs" c="red" listStyleType="none" role="status">
        {found.map(({ line, message }) => (
          <List.Item key={`${line} ${message}`}>
            <Anchor component="button" type="button" size="sm" c="red" ta="start" onClick={() => goTo(line)}>
              {file.ok ? t('editor.atLine', { line, message }) : message}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </Section>
  );
}
