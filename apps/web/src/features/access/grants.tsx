import { describeGrant } from '@carillon/core/access/describe-grant';
import { type Grant, readGrant } from '@carillon/core/access/grant';
import { Textarea } from '@mantine/core';
import { useWords } from '../../i18n/index.js';

interface GrantsFieldProps {
  readonly text: string;
  /** The cursor begins in it. */
  readonly autoFocus?: boolean;
  /** What the server said of it. */
  readonly fault?: string | undefined;
  readonly label?: string;
  readonly hint?: string;
  readonly onChange: (text: string) => void;
}

/** Grants as they are typed, one in each line. */
export function GrantsField({ text, autoFocus = false, fault, label, hint, onChange }: GrantsFieldProps) {
  const { t } = useWords();
  const { wrong } = readGrants(text);
  return (
    <Textarea
      label={label ?? t('access.grants')}
      description={hint ?? t('access.grantsHint')}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={wrong === undefined ? fault : t('access.badGrant', { text: wrong })}
      rows={3}
      autoFocus={autoFocus}
      spellCheck={false}
    />
  );
}

/** Grants begin a line, or stand after one another; names of teams and groups may have blanks. */
export function readGrants(text: string): { grants: Grant[]; wrong?: string } {
  const grants: Grant[] = [];
  for (const line of text.split(/\n|\s+(?=\w+@)/).flatMap((part) => part.trim() || [])) {
    const read = readGrant(line);
    if (!read.ok) return { grants, wrong: line };
    grants.push(read.value);
  }
  return { grants };
}

export function grantsText(grants: readonly Grant[]): string {
  return grants.map(describeGrant).join('\n');
}
