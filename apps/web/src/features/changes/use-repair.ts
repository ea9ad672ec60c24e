import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { call, keyOf, query } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { mayChange } from '../commands/use-command.js';

/** Orders that are followed one by one; of a large fleet's, the list of hosts tells the rest. */
export const followedRepairs = 20;

/**
 * Has hosts put the task of a job back as it is defined; without names all that are known to differ. `data` are the ids of
 * the orders; `isUnderWay` while one of those that are followed may still come to something else.
 */
export function useRepair(job: string) {
  const client = useQueryClient();
  const repair = useOnce({
    mutationFn: async (hosts: string[] | undefined) => {
      const { commands } = await call(jobRoutes.repair, { name: job, body: hosts ? { hosts } : {} });
      for (const command of commands) client.setQueryData(keyOf(jobRoutes.command, { id: command.id }), command);
      return commands.map(({ id }) => id);
    },
  });
  const ids = repair.data?.slice(0, followedRepairs) ?? [];
  // Only looked at: the lines that show them ask.
  const known = useQueries({ queries: ids.map((id) => ({ ...query(jobRoutes.command, { id }), enabled: false })) });
  return { ...repair, isUnderWay: known.some(({ data }) => data === undefined || mayChange(data)) };
}
export type RepairAct = ReturnType<typeof useRepair>;
