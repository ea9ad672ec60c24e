import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../lib/api.js';

/** Sends dead letters again, by their ids; each lives another day. */
export function useReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[]) => call(channelRoutes.replay, { body: { ids } }),
    onSuccess: () => client.invalidateQueries(),
  });
}
