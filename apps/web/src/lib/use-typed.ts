import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

const pauseMs = 300;

/** Text of a search field: shown at once, given on when the typing pauses. Follows `current` when it changes elsewhere. */
export function useTyped(current: string | undefined, onPause: (text: string | undefined) => void) {
  const [text, setText] = useState(current ?? '');
  const told = useRef(current);
  const tell = useDebouncedCallback((typed: string) => {
    told.current = typed.trim() || undefined;
    onPause(told.current);
  }, pauseMs);
  useEffect(() => {
    // A link or the back button changed it; what was typed here comes back as what was told.
    if (current === told.current) return;
    told.current = current;
    setText(current ?? '');
  }, [current]);
  return {
    value: text,
    onChange: (event: { currentTarget: { value: string } }) => {
      setText(event.currentTarget.value);
      tell(event.currentTarget.value);
    },
  };
}
