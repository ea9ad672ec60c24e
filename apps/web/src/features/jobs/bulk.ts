import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { call } from '../../lib/api.js';
import { type EachOutcome, eachOf } from '../../lib/each-of.js';

export const bulkActs = ['run', 'enable', 'disable', 'remove'] as const;
export type BulkAct = (typeof bulkActs)[number];

/** What became of an act on several jobs. */
export type BulkOutcome = EachOutcome<string>;

interface Options {
  /** Told how many were tried. */
  readonly onProgress?: (tried: number) => void;
  /** Begins no more of them; those under way are waited for. */
  readonly stop?: AbortSignal | undefined;
  /** Why it is done though a freeze holds it back. */
  readonly overrideFreeze?: string | undefined;
}

/** Does one thing to several jobs. What fails for one is told, and the others go on. */
export async function actOnAll(
  act: BulkAct,
  names: readonly string[],
  { onProgress = () => undefined, stop, overrideFreeze }: Options = {},
): Promise<BulkOutcome> {
  const why = overrideFreeze === undefined ? {} : { overrideFreeze };
  const actOn = {
    run: (name: string) => call(jobRoutes.run, { name, body: {} }),
    remove: (name: string) => call(jobRoutes.remove, { name, ...why }),
    enable: async (name: string) => switchJob(await call(jobRoutes.get, { name }), true, why),
    disable: async (name: string) => switchJob(await call(jobRoutes.get, { name }), false, why),
  } as const satisfies Record<BulkAct, (name: string) => Promise<unknown>>;
  return eachOf(names, actOn[act], onProgress, stop);
}

/** Stores the definition again, switched on or off, unless somebody has changed it since it was read. */
async function switchJob(job: Response<typeof jobRoutes.get>, enabled: boolean, why: { overrideFreeze?: string }) {
  const { name, version } = job;
  // In its file, so that its comments stay; what reads files is loaded only now.
  const { switchedFile } = await import('../editor/switched-file.js');
  const { document, text } = switchedFile(job, enabled);
  const body = { documents: [document], sources: [text], allowNoHosts: true, expect: [{ job: name, version }], ...why };
  return call(jobRoutes.apply, { body });
}
