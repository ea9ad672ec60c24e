import { ApiFailure } from '@carillon/contract/http/client';
import { QueryClient } from '@tanstack/react-query';

/** What the server refuses it refuses again; what did not reach it is worth another try. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => !(error instanceof ApiFailure && error.status < 500) && count < 2,
        staleTime: 2_000,
      },
      mutations: { retry: false },
    },
  });
}
