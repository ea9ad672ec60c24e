import type { whyEvidence } from '@carillon/contract/http/why.routes';
import type { Evidence } from '@carillon/core/why/why-facts';
import type { z } from 'zod';

type Said = Omit<z.input<typeof whyEvidence>, 'at'>;

/** What an answer is known from, without its time. Rows that were written before there were codes have none. */
export function evidenceView({ text, code, figures }: Omit<Evidence, 'atMs' | 'code'> & Partial<Evidence>): Said {
  return { text, ...(code ? { code } : {}), ...(figures ? { figures: { ...figures } } : {}) };
}
