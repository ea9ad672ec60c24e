import { Button, type ButtonProps } from '@mantine/core';
import { useRef, useState } from 'react';
import { useWords } from '../i18n/index.js';
import { copyText } from '../lib/copy-text.js';

interface Props extends Pick<ButtonProps, 'size' | 'variant'> {
  readonly text: string;
  readonly onCopied?: () => void;
}

/** Copies, and says whether it did. */
export function CopyButton({ text, onCopied, size = 'sm', variant = 'default' }: Props) {
  const { t } = useWords();
  const button = useRef<HTMLButtonElement>(null);
  // Of another text nothing is known yet.
  const [done, setDone] = useState<{ readonly text: string; readonly isCopied: boolean }>();
  const copy = async () => {
    const isCopied = await copyText(text, button.current);
    setDone({ text, isCopied });
    if (isCopied) onCopied?.();
  };
  const word = done?.text !== text ? 'copy' : done.isCopied ? 'copied' : 'copyNot';
  return (
    <Button ref={button} size={size} variant={variant} onClick={() => void copy()}>
      {t(`subscriptions.${word}`)}
    </Button>
  );
}
