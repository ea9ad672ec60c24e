import { Alert, Button, Stack, Text } from '@mantine/core';
import { useRef } from 'react';
import { useWords } from '../../../i18n/index.js';
import classes from './document-text.module.css';

/** Something wrong at a line of the file. */
export interface LineFault {
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

interface Props {
  readonly text: string;
  readonly faults: readonly LineFault[];
  readonly onChange: (text: string) => void;
}

/** The file with its lines numbered; what is wrong is marked beside its line and told below. */
export function DocumentText({ text, faults, onChange }: Props) {
  const { t } = useWords();
  const area = useRef<HTMLTextAreaElement>(null);
  const count = text.split('\n').length;
  const byLine = new Map(faults.map((fault) => [fault.line, fault.message]));
  const goTo = (line: number) => {
    const start =
      text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start);
  };
  return (
    <Stack gap="xs">
      <div className={classes.file}>
        <div className={classes.gutter} aria-hidden>
          {Array.from({ length: count }, (_, index) => index + 1).map((line) => (
            <div key={line} className={byLine.has(line) ? classes.wrong : undefined} title={byLine.get(line)}>
              {line}
            </div>
          ))}
        </div>
        <textarea
          ref={area}
          className={classes.text}
          aria-label={t('doc.file')}
          aria-invalid={faults.length > 0}
          rows={Math.max(12, count)}
          wrap="off"
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </div>
      {faults.length > 0 && (
        <Alert color="red" variant="light" role="alert" title={t('doc.problems', { count: faults.length })}>
          {faults.map(({ line, path, message }) => (
            <div key={`${path} ${message}`}>
              <Button size="compact-xs" variant="subtle" color="red" mr={6} onClick={() => goTo(line)}>
                {t('doc.line', { n: line })}
              </Button>
              <Text component="span" size="sm" style={{ overflowWrap: 'anywhere' }}>
                {path !== '' && <b>{path}: </b>}
                {message}
              </Text>
            </div>
          ))}
        </Alert>
      )}
    </Stack>
  );
}
