import type { exitCodeWords } from '@carillon/contract/http/runs.routes';
import { describeResultCode } from '@carillon/wintask/result-codes';
import type { z } from 'zod';

/** An exit code in all its spellings, and what it is known to mean; null for none. @param code unsigned 32 bits */
export function exitWords(code: number | null): z.infer<typeof exitCodeWords> | null {
  if (code === null) return null;
  const { unsigned, signed, hex, name, text } = describeResultCode(code);
  return { unsigned, signed, hex, name: name ?? null, text };
}
