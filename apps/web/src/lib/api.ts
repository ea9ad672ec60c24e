import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import type { Request, Response, Route } from '@carillon/contract/http/route';
import type { InfiniteData } from '@tanstack/react-query';
import { linkState } from '../live/link-state.js';
import { askPatiently } from './ask-patiently.js';
import { markSession } from './session-end.js';

type SignedOutListener = () => void;
let onSignedOut: SignedOutListener = () => undefined;

/** Who is told when the server no longer knows us. */
export function whenSignedOut(listener: SignedOutListener): void {
  onSignedOut = listener;
}

/** Calls an endpoint of the server that serves this page. @throws ApiFailure, or TypeError when it cannot be reached */
export async function call<R extends Route>(route: R, request: Request<R>, signal?: AbortSignal): Promise<Response<R>> {
  try {
    const answer = await askPatiently(route.method === 'GET', signal, (within) =>
      callRoute({ baseUrl: '', signal: within }, route, request),
    );
    if (!route.open) markSession(false);
    return answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401 && !route.open) onSignedOut();
    throw error;
  }
}

/** One key for one question. */
export function keyOf<R extends Route>(route: R, request: Request<R>) {
  return [route.path, request] as const;
}

/** While the server tells what changed, asking all the same is for what it does not tell: a lost word, a host that fell silent. */
const liveFactor = 6;

/** How long until the next question, as the link is now. */
const everyMs = (refetchMs: number) => refetchMs * (linkState() === 'live' ? liveFactor : 1);

interface Asked {
  readonly queryKey: readonly unknown[];
}

/** What another filter of the same place showed stays on screen until the answer is there; another thing's does not. */
function keptFrom<R extends Route, T>(route: R, request: Request<R>) {
  const names = Object.keys(route.params?.shape ?? {});
  const partOf = (asked: unknown, name: string) => (asked as Record<string, unknown> | undefined)?.[name];
  return (before: T | undefined, asked: Asked | undefined): T | undefined =>
    asked?.queryKey[0] === route.path &&
    names.every((name) => partOf(asked.queryKey[1], name) === partOf(request, name))
      ? before
      : undefined;
}

/**
 * Options of `useQuery` for an endpoint.
 * @param refetchMs how often to ask while the server does not tell of changes by itself
 */
export function query<R extends Route>(route: R, request: Request<R>, refetchMs?: number) {
  return {
    queryKey: keyOf(route, request),
    queryFn: ({ signal }: { signal: AbortSignal }) => call(route, request, signal),
    placeholderData: keptFrom<R, Response<R>>(route, request),
    ...(refetchMs === undefined ? {} : { refetchInterval: () => everyMs(refetchMs) }),
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
    placeholderData: keptFrom<R, InfiniteData<Response<R>, string | null>>(route, request),
    // Every page on screen is fetched again: the longer a list has grown, the seldomer, so that the load stays the same.
    ...(refetchMs === undefined
      ? {}
      : {
          refetchInterval: ({ state }: PagedState) => everyMs(refetchMs) * Math.max(1, state.data?.pages.length ?? 1),
        }),
  };
}
