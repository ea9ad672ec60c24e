import { useRef } from 'react';
import { addPieces, emptyBook, type OutputBook, type OutputLine } from './output-lines.js';
import type { OutputPiece } from './use-output.js';

export const shownStreams = ['both', 'stdout', 'stderr'] as const;
export type ShownStreams = (typeof shownStreams)[number];

/** The lines of pieces that only ever grow: what was cut into lines once is not cut again. */
export function useLines(pieces: readonly OutputPiece[], shown: ShownStreams): readonly OutputLine[] {
  const known = useRef<{ pieces: readonly OutputPiece[]; shown: ShownStreams; book: OutputBook }>(undefined);
  const before = known.current;
  if (before?.pieces === pieces && before.shown === shown) return before.book.lines;
  const goesOn = before?.shown === shown && before.pieces.length > 0 && before.pieces[0] === pieces[0];
  const fresh = (goesOn ? pieces.slice(before.pieces.length) : pieces).filter(
    ({ stream }) => shown === 'both' || stream === shown,
  );
  const book = addPieces(goesOn ? before.book : emptyBook, fresh);
  known.current = { pieces, shown, book };
  return book.lines;
}
