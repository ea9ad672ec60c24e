import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { call } from '../../lib/api.js';

export const bulkActs = ['run', 'enable', 'disable', 'remove'] as const;
export type BulkAct = (typeof bulkActs)[number];

/** What became of an act on several jobs. */
export interface BulkOutcome {
  readonly done: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  /** Not begun any more, since somebody stopped it. */
  readonly left: readonly string[];
}

/** Requests under way at a time. */
const atOnce = 4;

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
  return each(names, actOn[act], onProgress, stop);
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

async function each(
  names: readonly string[],
  act: (name: string) => Promise<unknown>,
  onProgress: (tried: number) => void,
  stop?: AbortSignal,
): Promise<BulkOutcome> {
  const done: string[] = [];
  const failed: { name: string; error: unknown }[] = [];
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = stop?.aborted ? undefined : waiting.shift()) {
      try {
        await act(name);
        done.push(name);
      } catch (error) {
        failed.push({ name, error });
      }
      onProgress(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { done, failed, left: waiting };
}
