import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { isOpenCommand } from '@carillon/core/state/states';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { query } from '../../lib/api.js';

export type Command = Response<typeof jobRoutes.command>;

const followMs = 500;
/** After its life the server settles a command by itself; a little later is soon enough to see it. */
const slowMs = 5_000;

/** What is to be looked at again when one of its kind is done; a dry run changes nothing. */
const touched: Partial<Record<Command['action'], readonly string[]>> = {
  run: [runRoutes.list.path],
  stop: [runRoutes.list.path],
  repair: [
    ...[jobRoutes.get.path, jobRoutes.assignments.path, jobRoutes.taskChanges.path],
    ...[hostRoutes.assignments.path, hostRoutes.taskChanges.path, taskChangeRoutes.get.path],
  ],
};

/** An order to a host, asked about until the host has answered or the order's life has ended; what shows its work looks again then. */
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
  const told = command.data?.state === 'done' ? touched[command.data.action] : undefined;
  useEffect(() => {
    for (const path of told ?? []) void client.invalidateQueries({ queryKey: [path] });
  }, [told, client]);
  return command;
}

/** Is something still to come of it? */
export function mayChange({ state }: Command): boolean {
  return isOpenCommand(state) || state === 'accepted';
}
