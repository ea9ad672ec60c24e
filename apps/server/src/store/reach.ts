import { AsyncLocalStorage } from 'node:async_hooks';

/** What one caller may see: hosts and jobs by id. */
export interface Reach {
  readonly hostIds: readonly string[];
  readonly jobIds: readonly string[];
}

/** One for each request, from its first byte on; `reach` is null for callers who see everything. */
const requests = new AsyncLocalStorage<{ reach: Reach | null }>();

/** Runs a request from its beginning to its end. */
export function withinRequest(work: () => void): void {
  requests.run({ reach: null }, work);
}

/** From here on the request reads only what this reach leaves; see `limitStatement`. */
export function limitRequest(reach: Reach): void {
  const request = requests.getStore();
  if (!request) throw new Error('a request is to be limited and there is none');
  request.reach = reach;
}

/** Of the request that is being served; null: everything, as for the server's own work. */
export function currentReach(): Reach | null {
  return requests.getStore()?.reach ?? null;
}
