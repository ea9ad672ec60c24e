import { accountRoutes } from '@carillon/contract/http/accounts.routes';
import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../lib/api.js';
import type { Made, StepKey } from './first-steps.js';

const askMs = 10_000;

interface Asked {
  /** Of the reader, whose own account does not count. */
  readonly user: string;
  /** What is not among them is not asked for: it may be refused. */
  readonly keys: readonly StepKey[];
  readonly counted: Pick<Made, 'hosts' | 'jobs' | 'runs'>;
}

/** What is there of what the steps make, in so far as the reader may know; undefined until it is known. */
export function useMade({ user, keys, counted }: Asked): Made | undefined {
  const has = (key: StepKey) => keys.includes(key);
  const isRunAsked = has('run') && counted.runs === 0;
  // The counted ones are those of a day: the first may be longer ago.
  const runs = useQuery({ ...query(runRoutes.list, { limit: 1 }, askMs), enabled: isRunAsked });
  const channels = useQuery({ ...query(channelRoutes.list, { limit: 100 }, askMs), enabled: has('channel') });
  const policies = useQuery({
    ...query(alertDocumentRoutes.list, { kind: 'AlertPolicy', limit: 1 }, askMs),
    enabled: has('policy'),
  });
  const people = useQuery({ ...query(accountRoutes.list, { limit: 100 }, askMs), enabled: has('person') });
  const isMissing = [
    isRunAsked && runs.data === undefined,
    has('channel') && channels.data === undefined,
    has('policy') && policies.data === undefined,
    has('person') && people.data === undefined,
  ];
  if (isMissing.some(Boolean)) return undefined;
  return {
    ...counted,
    runs: counted.runs + (runs.data?.items.length ?? 0),
    channels: channels.data?.items.length ?? 0,
    tested: channels.data?.items.filter(({ lastDelivery }) => lastDelivery?.state === 'sent').length ?? 0,
    policies: policies.data?.items.length ?? 0,
    people: people.data?.items.filter(({ kind, name }) => kind === 'person' && name !== user).length ?? 0,
  };
}
