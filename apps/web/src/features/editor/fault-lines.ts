import { type Document, LineCounter, parseDocument } from 'yaml';
import { offsetOfPath } from '../../lib/yaml-path.js';

/** Something the server says about a job file: where in it, and what. */
export interface Fault {
  /** Dotted path, `schedule[0].cron`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

/** Line of the field at a path, from 1, or of the nearest thing around it where the field is missing. */
export function lineOfPath(text: string, path: string): number {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false }) as Document;
  return lines.linePos(offsetOfPath(document, path)).line;
}
