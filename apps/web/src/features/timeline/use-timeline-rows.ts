import type { Request } from '@carillon/contract/http/route';
import { timelineRoutes } from '@carillon/contract/http/timeline.routes';
import { limits } from '@carillon/contract/limits';
import { useQueries } from '@tanstack/react-query';
import { useRef } from 'react';
import { query } from '../../lib/api.js';
import type { TimelineRow } from './lay-out.js';
import { loadedSpan, type Span } from './time-window.js';
import type { TimelineFilter } from './timeline-filter.js';
import { partsOf, type Visible } from './visible-rows.js';

const refetchMs = 15_000;
const iso = (atMs: number) => new Date(atMs).toISOString();

export interface TimelineRows {
  /** Of all rows; undefined while nothing is known. */
  readonly total: number | undefined;
  /** By their number; those that have not come yet are absent. */
  readonly rows: ReadonlyMap<number, TimelineRow>;
  readonly error: Error | null;
  readonly refetch: () => void;
}

/** The rows that are seen, in parts; while a new time is fetched the old one stays on screen. */
export function useTimelineRows(
  { zoom: _, from: __, ...filter }: TimelineFilter,
  span: Span,
  visible: Visible,
): TimelineRows {
  const { fromMs, toMs } = loadedSpan(span);
  const asked: Omit<Request<typeof timelineRoutes.rows>, 'offset'> = {
    ...filter,
    bad: filter.bad && ('true' as const),
    from: iso(fromMs),
    to: iso(toMs),
  };
  const offsets = partsOf(visible, limits.timelineRows);
  const queries = useQueries({
    queries: offsets.map((offset) =>
      query(timelineRoutes.rows, { ...asked, offset } as Request<typeof timelineRoutes.rows>, refetchMs),
    ),
  });
  const old = useRef({
    key: '',
    parts: new Map<number, readonly TimelineRow[]>(),
    total: undefined as number | undefined,
  });
  const key = JSON.stringify(filter);
  if (old.current.key !== key) old.current = { key, parts: new Map(), total: undefined };
  for (const [index, { data }] of queries.entries()) {
    if (!data) continue;
    old.current.parts.set(offsets[index] ?? 0, data.items);
    old.current.total = data.total;
  }
  const rows = new Map<number, TimelineRow>();
  for (const offset of offsets)
    for (const [index, row] of (old.current.parts.get(offset) ?? []).entries()) rows.set(offset + index, row);
  return {
    total: old.current.total,
    rows,
    error: queries.find(({ isError }) => isError)?.error ?? null,
    refetch: () => {
      for (const each of queries) void each.refetch();
    },
  };
}
