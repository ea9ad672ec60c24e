import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import type { Request, Response, Route } from '@carillon/contract/http/route';

type SignedOutListener = () => void;
let onSignedOut: SignedOutListener = () => undefined;

/** Who is told when the server no longer knows us. */
export function whenSignedOut(listener: SignedOutListener): void {
  onSignedOut = listener;
}

/** Calls an endpoint of the server that serves this page. @throws ApiFailure, or TypeError when it cannot be reached */
export async function call<R extends Route>(route: R, request: Request<R>, signal?: AbortSignal): Promise<Response<R>> {
  try {
    return await callRoute({ baseUrl: '', ...(signal ? { signal } : {}) }, route, request);
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401 && !route.open) onSignedOut();
    throw error;
  }
}

/** One key for one question. */
export function keyOf<R extends Route>(route: R, request: Request<R>) {
  return [route.path, request] as const;
}

/** Options of `useQuery` for an endpoint. */
export function query<R extends Route>(route: R, request: Request<R>, refetchMs?: number) {
  return {
    queryKey: keyOf(route, request),
    queryFn: ({ signal }: { signal: AbortSignal }) => call(route, request, signal),
    ...(refetchMs === undefined ? {} : { refetchInterval: refetchMs }),
  };
}

interface Paged {
  readonly next: string | null;
}
interface PagedState {
  readonly state: { readonly data: { readonly pages: readonly unknown[] } | undefined };
}

/** Options of `useInfiniteQuery` for a list: pages by cursor. */
export function pagedQuery<R extends Route>(route: R, request: Request<R>, refetchMs?: number) {
  return {
    queryKey: [...keyOf(route, request), 'pages'] as const,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      call(route, (pageParam === null ? request : { ...(request as object), cursor: pageParam }) as Request<R>, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Response<R>) => (page as Paged).next,
    // Every page on screen is fetched again: the longer a list has grown, the seldomer, so that the load stays the same.
    ...(refetchMs === undefined
      ? {}
      : { refetchInterval: ({ state }: PagedState) => refetchMs * Math.max(1, state.data?.pages.length ?? 1) }),
  };
}
