import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { useQueryClient } from '@tanstack/react-query';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';
import type { Schedule } from './schedule.js';

/** As a file has it. */
export interface Override {
  readonly from: string;
  readonly until: string;
  readonly person: string;
}

/** Changes who stands in, as the schedule was written; refused when somebody else has changed it since it was shown. */
export function useOverrides({ name, updatedAt }: Schedule, onDone: () => void = () => undefined) {
  const client = useQueryClient();
  return useOnce({
    mutationFn: async (change: (overrides: readonly Override[]) => readonly Override[]) => {
      const place = { kind: 'OnCall' as const, name };
      const { written } = await call(alertDocumentRoutes.get, place);
      const { kind: _, name: __, ...body } = written ?? {};
      const before = Array.isArray(body.overrides) ? (body.overrides as Override[]) : [];
      const overrides = change(before);
      return call(alertDocumentRoutes.put, { ...place, expect: updatedAt, body: { ...body, overrides } });
    },
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries();
    },
  });
}
