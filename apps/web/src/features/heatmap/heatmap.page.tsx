import { Alert, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Failure } from '../../components/failure.js';
import { LabelFilter } from '../../components/label-filter.js';
import { Placeholder } from '../../components/loaded.js';
import { NameField } from '../../components/name-field.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useNow } from '../../lib/use-now.js';
import { useTitle } from '../../lib/use-title.js';
import { useTyped } from '../../lib/use-typed.js';
import { fullest } from './heat-grid.js';
import { HeatTable } from './heat-table.js';
import { type HeatmapFilter, type HeatmapView, readHeatmapFilter } from './heatmap-filter.js';
import { HourView } from './hour-view.js';
import { useHeatDays } from './use-heat-days.js';

const minuteMs = 60_000;

/** When how much starts, by weekday and hour, and what would flatten the fullest hour. */
export function HeatmapPage() {
  const { t } = useWords();
  useTitle(t('heatmap.title'));
  // The router keeps what the filter does not mention; the server would refuse it.
  const filter = readHeatmapFilter({ ...useSearch({ from: '/signed-in/heatmap' }) });
  const navigate = useNavigate({ from: '/heatmap' });
  const change = (part: HeatmapFilter) =>
    void navigate({ to: '/heatmap', search: (before) => ({ ...before, ...part }), replace: true });
  const { days, omitted, error, refetch } = useHeatDays(filter, useNow(minuteMs));
  const most = days && fullest(days);
  const hourMs = filter.hour === undefined ? most?.atMs : Date.parse(filter.hour);
  return (
    <Stack>
      <Title order={1}>{t('heatmap.title')}</Title>
      <Filters filter={filter} change={change} />
      {error && <Failure error={error} onRetry={refetch} />}
      {omitted.length > 0 && <Alert color="yellow">{t('heatmap.omitted', { jobs: omitted.join(', ') })}</Alert>}
      {days ? (
        <Section
          title={t(filter.view === 'past' ? 'heatmap.pastWeek' : 'heatmap.comingWeek')}
          aside={
            <Text size="xs" c="dimmed">
              {t('heatmap.hint')}
            </Text>
          }
        >
          <HeatTable
            days={days}
            chosenMs={hourMs}
            linkOf={(atMs) => ({ to: '/heatmap', search: { ...filter, hour: new Date(atMs).toISOString() } })}
          />
        </Section>
      ) : (
        !error && <Placeholder />
      )}
      {hourMs !== undefined && <HourView filter={filter} hourMs={hourMs} />}
    </Stack>
  );
}

function Filters({ filter, change }: { filter: HeatmapFilter; change: (part: HeatmapFilter) => void }) {
  const { t } = useWords();
  const job = useTyped(filter.job, (text) => change({ job: text }));
  const host = useTyped(filter.host, (text) => change({ host: text }));
  return (
    <Group align="end" gap="sm">
      <SegmentedControl
        aria-label={t('heatmap.title')}
        data={(['coming', 'past'] as const).map((value) => ({ value, label: t(`heatmap.${value}`) }))}
        value={filter.view ?? 'coming'}
        onChange={(view) => change({ view: view === 'past' ? (view as HeatmapView) : undefined, hour: undefined })}
      />
      <NameField of="job" label={t('runs.job')} w={150} {...job} />
      <NameField of="host" label={t('runs.host')} w={150} {...host} />
      <LabelFilter label={t('timeline.label')} value={filter.label} onChange={(label) => change({ label })} w={130} />
    </Group>
  );
}
