import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { useQueryClient } from '@tanstack/react-query';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';

/** Sends dead letters again, by their ids; each lives another day. */
export function useReplay() {
  const client = useQueryClient();
  return useOnce({
    mutationFn: (ids: string[]) => call(channelRoutes.replay, { body: { ids } }),
    onSuccess: () => client.invalidateQueries(),
  });
}
