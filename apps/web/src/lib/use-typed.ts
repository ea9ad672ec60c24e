import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

const pauseMs = 300;

/** Text of a search field: shown at once, given on when the typing pauses. */
export function useTyped(initial: string | undefined, onPause: (text: string | undefined) => void) {
  const [text, setText] = useState(initial ?? '');
  const tell = useDebouncedCallback((typed: string) => onPause(typed.trim() || undefined), pauseMs);
  return {
    value: text,
    onChange: (event: { currentTarget: { value: string } }) => {
      setText(event.currentTarget.value);
      tell(event.currentTarget.value);
    },
  };
}
