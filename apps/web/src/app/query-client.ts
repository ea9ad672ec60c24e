import { ApiFailure } from '@carillon/contract/http/client';
import { MutationCache, QueryClient } from '@tanstack/react-query';
import { formIsSaved } from '../lib/unsaved.js';

/** What the server refuses it refuses again; what did not reach it is worth another try. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    // Before what the form does about it, which may be to lead to another page.
    mutationCache: new MutationCache({ onSuccess: formIsSaved }),
    defaultOptions: {
      queries: {
        // A server in the same building is there also while the browser believes that it has no network.
        networkMode: 'always',
        retry: (count, error) => !(error instanceof ApiFailure && error.status < 500) && count < 2,
        staleTime: 2_000,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
