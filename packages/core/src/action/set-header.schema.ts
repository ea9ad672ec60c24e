import { z } from 'zod';
import { type SetHeader, setIdPattern, setKinds, setStates } from './backup.js';

const id = z.string().regex(setIdPattern);
const count = z.int().min(0);

/** `set.json` of a backup set. Keys of later versions are passed over. */
export const setHeaderSchema: z.ZodType<SetHeader> = z.object({
  format: z.literal('carillon/backup-set/v1'),
  id,
  number: z.int().min(1),
  kind: z.enum(setKinds),
  state: z.enum(setStates),
  host: z.string(),
  job: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  base: id.nullable(),
  needs: z.array(id),
  files: count,
  bytes: count,
  copiedFiles: count,
  copiedBytes: count,
  deleted: count,
  unsaved: count,
  indexSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
