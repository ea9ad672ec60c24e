import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useFailureText } from '../../components/failure-text.js';
import { call, keyOf } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';

/** Asks the hosts of a job, or some of them, to start it; `data` are the commands to follow. */
export function useRunNow(job: string) {
  const client = useQueryClient();
  const failureText = useFailureText();
  return useOnce({
    mutationFn: async (names: string[] | undefined) => {
      const { commands } = await call(jobRoutes.run, { name: job, body: names ? { hosts: names } : {} });
      for (const command of commands) client.setQueryData(keyOf(jobRoutes.command, { id: command.id }), command);
      return commands.map(({ id }) => id);
    },
    onError: (error) => notifications.show({ color: 'red', message: failureText(error) }),
  });
}
export type RunNowAct = ReturnType<typeof useRunNow>;
