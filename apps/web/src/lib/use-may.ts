import { sessionRoutes } from '@carillon/contract/http/session.routes';
import type { Action } from '@carillon/core/access/roles';
import { useQuery } from '@tanstack/react-query';
import { query } from './api.js';
import { mayAnywhere } from './may.js';

/** What was granted to whoever reads this; undefined while that is not known. */
export function useGrants(): readonly string[] | undefined {
  // Asked for by the frame of the page; the parts of the page do not ask again.
  const me = useQuery({ ...query(sessionRoutes.me, {}), staleTime: Number.POSITIVE_INFINITY });
  return me.data?.grants;
}

/** Whether the reader may do this to anything at all: buttons that would always be refused are left away. */
export function useMay(action: Action): boolean {
  return mayAnywhere(useGrants(), action);
}
