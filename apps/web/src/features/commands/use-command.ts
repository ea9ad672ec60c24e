import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { isOpenCommand } from '@carillon/core/state/states';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { query } from '../../lib/api.js';

export type Command = Response<typeof jobRoutes.command>;

const followMs = 500;
/** After its life the server settles a command by itself; a little later is soon enough to see it. */
const slowMs = 5_000;

/** An order to a host, asked about until the host has answered or the order's life has ended; lists of runs look again then. */
export function useCommand(id: string) {
  const client = useQueryClient();
  const command = useQuery({
    ...query(jobRoutes.command, { id }),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined) return slowMs;
      if (!mayChange(data)) return false;
      return Date.now() < Date.parse(data.expiresAt) ? followMs : slowMs;
    },
  });
  // A dry run leaves no run.
  const done = command.data?.state === 'done' && command.data.action !== 'dry_run';
  useEffect(() => {
    if (done) void client.invalidateQueries({ queryKey: [runRoutes.list.path] });
  }, [done, client]);
  return command;
}

/** Is something still to come of it? */
export function mayChange({ state }: Command): boolean {
  return isOpenCommand(state) || state === 'accepted';
}
