import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { useEffect, useState } from 'react';
import { call } from '../../lib/api.js';

type Page = Response<typeof runRoutes.output>;
export type OutputPiece = Page['items'][number];

export interface Output {
  readonly pieces: readonly OutputPiece[];
  readonly complete: boolean;
  readonly encoding: string;
  readonly error: unknown;
}

const followMs = 1_000;
const retryMs = 3_000;
const nothing: Output = { pieces: [], complete: false, encoding: '', error: null };

/** The output of a run from its beginning; goes on while more may come. */
export function useOutput(id: string): Output {
  const [output, setOutput] = useState(nothing);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setOutput(nothing);
    const read = async (cursor: string | undefined): Promise<void> => {
      try {
        const page = await call(
          runRoutes.output,
          { id, limit: 200, ...(cursor === undefined ? {} : { cursor }) },
          stop.signal,
        );
        if (stop.signal.aborted) return;
        setOutput((before) => ({
          pieces: page.items.length > 0 ? [...before.pieces, ...page.items] : before.pieces,
          complete: page.next === null,
          encoding: page.encoding,
          error: null,
        }));
        if (page.next === null) return;
        const next = page.next;
        if (page.items.length > 0) await read(next);
        else timer = setTimeout(() => void read(next), followMs);
      } catch (error) {
        if (stop.signal.aborted) return;
        setOutput((before) => ({ ...before, error }));
        timer = setTimeout(() => void read(cursor), retryMs);
      }
    };
    void read(undefined);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id]);
  return output;
}
