import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { isBadRun } from '@carillon/core/state/states';
import { runColor } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';

type Mark = NonNullable<Response<typeof jobRoutes.list>['items'][number]['recent']>[number];

const marks = 20;
const barWidth = 5;
const height = 22;

/** How tall each bar is, 0-1, by how long its run took beside the others; a run without a duration is half. */
export function barHeights(runs: readonly Pick<Mark, 'durationMs'>[]): number[] {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0));
  // The square root keeps short runs visible beside one that took very long.
  return runs.map(({ durationMs }) => (durationMs === null ? 0.5 : 0.25 + 0.75 * Math.sqrt(durationMs / longest)));
}

/** The newest runs of a job, the newest at the right: colour tells how each ended, height how long it took. */
export function Sparkline({ runs }: { runs: readonly Mark[] }) {
  const { t } = useWords();
  const shown = runs.slice(-marks);
  const heights = barHeights(shown);
  const bad = shown.filter(({ state }) => isBadRun(state)).length;
  const start = marks - shown.length;
  return (
    <svg
      role="img"
      width={marks * barWidth}
      height={height}
      aria-label={shown.length === 0 ? t('jobs.never') : t('jobs.lately', { bad, count: shown.length })}
    >
      <line
        x1={0}
        x2={marks * barWidth}
        y1={height - 0.5}
        y2={height - 0.5}
        stroke="var(--mantine-color-default-border)"
      />
      {shown.map(({ id, state }, index) => {
        const tall = (heights[index] ?? 0) * (height - 2);
        return (
          <rect
            key={id}
            x={(start + index) * barWidth}
            y={height - 1 - tall}
            width={barWidth - 1.5}
            height={tall}
            rx={1}
            fill={`var(--mantine-color-${runColor(state)}-filled)`}
          />
        );
      })}
    </svg>
  );
}
