import { loadRoutes } from '@carillon/contract/http/load.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { isBadRun, runStates } from '@carillon/core/state/states';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../lib/api.js';
import { cellsOf, type HeatCell, type HeatDay, heatDays, midnight } from './heat-grid.js';
import type { HeatmapFilter } from './heatmap-filter.js';

const daysShown = 7;
const refetchMs = 5 * 60_000;
const iso = (atMs: number) => new Date(atMs).toISOString();

/** Seven days by the hour: from today on, or up to today. */
export function useHeatDays({ view, hour: _, ...filter }: HeatmapFilter, nowMs: number) {
  const isPast = view === 'past';
  const fromMs = midnight(nowMs, isPast ? 1 - daysShown : 0);
  const coming = useQuery({
    ...query(loadRoutes.expected, { from: iso(fromMs), days: daysShown + 1, ...filter }, refetchMs),
    enabled: !isPast,
  });
  const past = useQuery({
    ...query(runRoutes.hours, { from: iso(fromMs), to: iso(midnight(nowMs, 1)), ...filter }, refetchMs),
    enabled: isPast,
  });
  const asked = isPast ? past : coming;
  const cells = isPast ? past.data && ranCells(past.data.items) : coming.data && cellsOf(fromMs, coming.data.hours);
  const days: HeatDay[] | undefined = cells && heatDays(cells, fromMs, daysShown);
  return {
    days,
    omitted: isPast ? [] : (coming.data?.omitted ?? []),
    error: asked.error,
    refetch: () => void asked.refetch(),
  };
}

interface CountedHour {
  readonly hour: string;
  readonly total: number;
  readonly states: Partial<Record<(typeof runStates)[number], number>>;
}

function ranCells(hours: readonly CountedHour[]): HeatCell[] {
  return hours.map(({ hour, total, states }) => ({
    atMs: Date.parse(hour),
    starts: total,
    bad: runStates.filter(isBadRun).reduce((sum, state) => sum + (states[state] ?? 0), 0),
  }));
}
