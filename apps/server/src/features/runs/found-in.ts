import type { foundText } from '@carillon/contract/http/runs.routes';
import { excerptOf } from '@carillon/core/run/excerpt';
import { decodeOutput, detectEncoding, encodingOfCodePage, type TextEncoding } from '@carillon/core/run/output-text';
import type { z } from 'zod';
import type { HoldingPiece } from '../../store/run-output.store.js';

/**
 * Where words stand in a piece of output. The piece is read by itself, without what stands before it: where its encoding
 * cannot be told from it, null, and the page of the run shows the words.
 */
export function foundIn(piece: HoldingPiece, words: string): z.infer<typeof foundText> | null {
  const { stream, data, codePage, encoding } = piece;
  const known = encoding === 'auto' ? detectEncoding(data, encodingOfCodePage(codePage)) : (encoding as TextEncoding);
  const excerpt = excerptOf(decodeOutput(data, known), words);
  return excerpt && { stream: stream === 0 ? 'stdout' : 'stderr', ...excerpt };
}
