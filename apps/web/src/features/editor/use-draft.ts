import { useCallback, useState } from 'react';

/** What an edit began from: a stored version of a job, or nothing yet. */
export interface Base {
  readonly name: string;
  /** 0: there is no such job. */
  readonly version: number;
  readonly text: string;
}

/** The text in the editor and what it is compared with. */
export interface Draft {
  readonly base: Base;
  readonly text: string;
  readonly isDirty: boolean;
  readonly write: (text: string) => void;
  /** Another version to have begun from; the text stays where `text` is left out. */
  readonly rebase: (base: Base, text?: string) => void;
}

/** @param text what is in the editor at first, where it is not what is stored */
export function useDraft(from: Base, text: string = from.text): Draft {
  const [state, setState] = useState({ base: from, text });
  return {
    ...state,
    isDirty: state.text !== state.base.text,
    write: useCallback((next: string) => setState((old) => ({ ...old, text: next })), []),
    rebase: useCallback((base: Base, next?: string) => setState((old) => ({ base, text: next ?? old.text })), []),
  };
}
