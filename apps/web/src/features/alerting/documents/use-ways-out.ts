import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../../lib/api.js';

/** What notices can go to. */
export interface WaysOut {
  readonly channels: readonly string[];
  /** Schedules of who is on duty. */
  readonly schedules: readonly string[];
}

/** Names that documents of a kind can choose from; none where they choose from none, or where they cannot be read. */
export function useWaysOut(kind: AlertDocumentKind): { readonly ways: WaysOut; readonly isPending: boolean } {
  const channels = useNames('Channel', kind === 'Route' || kind === 'OnCall' || kind === 'Channel');
  const schedules = useNames('OnCall', kind === 'Route');
  return {
    ways: { channels: channels.names, schedules: schedules.names },
    isPending: channels.isPending || schedules.isPending,
  };
}

function useNames(kind: AlertDocumentKind, isWanted: boolean) {
  const list = useQuery({ ...query(alertDocumentRoutes.list, { kind, limit: 200 }), enabled: isWanted });
  return { names: (list.data?.items ?? []).map(({ name }) => name), isPending: isWanted && list.isPending };
}
