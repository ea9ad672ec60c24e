import { useEffect, useRef } from 'react';
import { addUnsavedChecker } from './unsaved.js';

/** Asks before this is left behind, also where the whole page is closed. @param isUnsaved asked at the moment of leaving */
export function useUnsaved(isUnsaved: () => boolean): void {
  const latest = useRef(isUnsaved);
  latest.current = isUnsaved;
  useEffect(() => addUnsavedChecker(() => latest.current()), []);
}
