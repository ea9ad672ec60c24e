import { Group, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWords } from '../../i18n/index.js';
import { useNow } from '../../lib/use-now.js';
import { useTitle } from '../../lib/use-title.js';
import { nextZoom, visibleSpan, type Zoom, zoomMs } from './time-window.js';
import { TimelineChart } from './timeline-chart.js';
import { type TimelineFilter, usualZoom } from './timeline-filter.js';
import { TimelineFilters } from './timeline-filters.js';
import { TimelineLegend } from './timeline-legend.js';

const followMs = 15_000;

/** Hosts or jobs over time: what ran, what did not, and what will. */
export function TimelinePage() {
  const { t } = useWords();
  useTitle(t('timeline.title'));
  const filter = useSearch({ from: '/signed-in/timeline' });
  const navigate = useNavigate();
  const nowMs = useNow(followMs);
  const zoom = filter.zoom ?? usualZoom;
  const span = visibleSpan(zoom, filter.from === undefined ? undefined : Date.parse(filter.from), nowMs);
  const change = (part: TimelineFilter) =>
    void navigate({ to: '/timeline', search: (before) => ({ ...before, ...part }), replace: true });
  const moveTo = (fromMs: number, to: Zoom = zoom) =>
    change({ from: new Date(Math.round(fromMs / 1_000) * 1_000).toISOString(), zoom: to });
  /** A picture that follows the clock goes on to do so. */
  const zoomTo = (to: Zoom, aroundMs?: number) => {
    if (aroundMs === undefined && filter.from === undefined) change({ zoom: to });
    else moveTo((aroundMs ?? (span.fromMs + span.toMs) / 2) - zoomMs[to] / 2, to);
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="baseline">
        <Title order={1}>{t('timeline.title')}</Title>
        <Text size="xs" c="dimmed" visibleFrom="md">
          {t('timeline.keys')}
        </Text>
      </Group>
      <TimelineFilters
        filter={filter}
        change={change}
        onStep={(windows) => moveTo(span.fromMs + windows * zoomMs[zoom])}
        onZoom={zoomTo}
      />
      <TimelineChart
        filter={filter}
        span={span}
        nowMs={nowMs}
        onMove={moveTo}
        onZoom={(step, aroundMs) => zoomTo(nextZoom(zoom, step), aroundMs)}
        onNow={() => change({ from: undefined })}
      />
      <TimelineLegend />
    </Stack>
  );
}
