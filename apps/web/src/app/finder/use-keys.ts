import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { tourBegun } from '../../features/tour/tour-state.js';
import { takeEarlyKeys } from './early-keys.js';
import { readKey } from './keys.js';
import { areLettersOn } from './letter-keys.js';
import { typeAhead } from './typed-ahead.js';
import { focusFilter, isDialogOpen, isField, walkRows } from './walk.js';

/** How long `g` waits for its letter. */
const leadMs = 1_500;

interface Openers {
  readonly onFind: () => void;
  readonly onHelp: () => void;
}

/** Listens to the keys that every page has. A part of the page that takes a key itself prevents its default first. */
export function useKeys({ onFind, onHelp }: Openers): void {
  const navigate = useNavigate();
  const ledUntilMs = useRef(0);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && !event.isComposing) meet(event);
    };
    const meet = (event: KeyboardEvent) => {
      if (!isField(event.target) && typeAhead(event)) return event.preventDefault();
      const isLed = event.timeStamp < ledUntilMs.current;
      ledUntilMs.current = 0;
      // A dialog has its own keys; what lies behind it must not move.
      if (isDialogOpen() || tourBegun() !== null) return;
      const meaning = readKey(event, { isLed, isTyping: isField(event.target), letters: areLettersOn() });
      if (meaning === null) return;
      event.preventDefault();
      switch (meaning.kind) {
        case 'find':
          return onFind();
        case 'help':
          return onHelp();
        case 'filter':
          return focusFilter() ? undefined : onFind();
        case 'lead':
          ledUntilMs.current = event.timeStamp + leadMs;
          return;
        case 'go':
          return void navigate({ to: meaning.to });
        case 'row':
          return walkRows(meaning.by);
      }
    };
    document.addEventListener('keydown', listen);
    takeEarlyKeys(performance.now()).forEach(meet);
    return () => document.removeEventListener('keydown', listen);
  }, [navigate, onFind, onHelp]);
}
