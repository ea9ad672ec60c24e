import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { type HostBehind, untilHostsHave } from '@carillon/contract/http/read-hosts-behind';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useFailureText } from '../../components/failure-text.js';
import { call, keyOf } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';

/** Whom a start waits for, as there is something to wait for; `skip` starts at once. */
export interface WaitingStart {
  readonly behind: readonly HostBehind[];
  readonly skip: () => void;
}

/**
 * Asks the hosts of a job, or some of them, to start it, once they have its version; `data` are the commands to follow,
 * `waiting` says whom it waits for.
 */
export function useRunNow(job: string) {
  const client = useQueryClient();
  const failureText = useFailureText();
  const [waiting, setWaiting] = useState<WaitingStart | null>(null);
  const act = useOnce({
    mutationFn: async (names: string[] | undefined) => {
      await waitForVersion(job, names, setWaiting);
      const { commands } = await call(jobRoutes.run, { name: job, body: names ? { hosts: names } : {} });
      for (const command of commands) client.setQueryData(keyOf(jobRoutes.command, { id: command.id }), command);
      return commands.map(({ id }) => id);
    },
    onError: (error) => notifications.show({ color: 'red', message: failureText(error) }),
    onSettled: () => setWaiting(null),
  });
  return { ...act, waiting };
}
export type RunNowAct = ReturnType<typeof useRunNow>;

/** Right after a change hosts may not have the job yet, or would start the version before. */
async function waitForVersion(
  name: string,
  hosts: readonly string[] | undefined,
  onWaiting: (waiting: WaitingStart | null) => void,
): Promise<void> {
  const over = new AbortController();
  await untilHostsHave({
    ask: (query) => call(jobRoutes.assignments, { name, ...query }),
    hosts,
    now: () => performance.now(),
    isOver: () => over.signal.aborted,
    sleep: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
        over.signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    onBehind: (behind) => onWaiting(behind.length > 0 ? { behind, skip: () => over.abort() } : null),
  });
}
