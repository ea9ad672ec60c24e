import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { call } from '../../lib/api.js';

export const bulkActs = ['run', 'enable', 'disable', 'remove'] as const;
export type BulkAct = (typeof bulkActs)[number];

/** What became of an act on several jobs. */
export interface BulkOutcome {
  readonly done: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
}

/** Requests under way at a time. */
const atOnce = 4;

/** Does one thing to several jobs. What fails for one is told, and the others go on. */
export async function actOnAll(act: BulkAct, names: readonly string[]): Promise<BulkOutcome> {
  switch (act) {
    case 'run':
      return each(names, (name) => call(jobRoutes.run, { name, body: {} }));
    case 'remove':
      return each(names, (name) => call(jobRoutes.remove, { name }));
    case 'enable':
    case 'disable':
      return each(names, async (name) => switchJob(await call(jobRoutes.get, { name }), act === 'enable'));
  }
}

/** Stores the definition again, switched on or off, unless somebody has changed it since it was read. */
function switchJob({ name, version, spec }: Response<typeof jobRoutes.get>, enabled: boolean) {
  const documents = [jobDocument({ ...(spec as unknown as JobSpec), enabled })];
  return call(jobRoutes.apply, { body: { documents, allowNoHosts: true, expect: [{ job: name, version }] } });
}

async function each(names: readonly string[], act: (name: string) => Promise<unknown>): Promise<BulkOutcome> {
  const done: string[] = [];
  const failed: { name: string; error: unknown }[] = [];
  const waiting = [...names].slice(0, limits.applyDocuments * 10);
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        await act(name);
        done.push(name);
      } catch (error) {
        failed.push({ name, error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { done, failed };
}
