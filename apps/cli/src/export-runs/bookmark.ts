import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CliError } from '../lib/errors.js';

const bookmarkSchema = z.object({
  v: z.literal(1),
  /** Runs that started before it have been exported, as far as they were known and over. */
  until: z.iso.datetime(),
  /** Those that were not over. */
  open: z.array(z.uuid()),
});
export type Bookmark = Omit<z.infer<typeof bookmarkSchema>, 'v'>;

/** A run that was under way so many exports and runs ago is of no account any more. */
const mostOpen = 10_000;

/** Null where there is none yet. @throws CliError for a file that is none */
export function readBookmark(file: string): Bookmark | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CliError(`--bookmark: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  const read = bookmarkSchema.safeParse(parseJson(text));
  if (read.success) return read.data;
  throw new CliError(`--bookmark: expected a file that this command wrote, got something else in ${file}`);
}

/** Whole or not at all. */
export function writeBookmark(file: string, { until, open }: Bookmark): void {
  const text = JSON.stringify({ v: 1, until, open: [...open].sort().slice(-mostOpen) });
  writeFileSync(`${file}.new`, `${text}\n`);
  renameSync(`${file}.new`, file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
