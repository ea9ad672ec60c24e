import { Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Empty } from '../../components/empty.js';
import { NothingFound } from '../../components/nothing-found.js';
import { SavedViews } from '../../components/saved-views.js';
import { useWords } from '../../i18n/index.js';
import { isFiltered } from '../../lib/search.js';
import { useTitle } from '../../lib/use-title.js';
import { MissedTable } from './missed-table.js';
import { askedFor, missedAskedFor, type RunFilter, readRunFilter } from './run-filter.js';
import { RunFilters } from './run-filters.js';
import { RunTable } from './run-table.js';
import { ExportMissed, ExportRuns } from './runs-csv.js';

/** What ran, and what should have. */
export function RunsPage() {
  const { t } = useWords();
  useTitle(t('nav.runs'));
  const search = useSearch({ from: '/signed-in/runs' });
  const key = JSON.stringify(search);
  // One time for one filter: with the time of each look, each would be another question.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the router makes another object for the same filter
  const { filter, runs, missed } = useMemo(() => {
    // The router keeps what the filter does not mention; the server would refuse it.
    const filter = readRunFilter({ ...search });
    const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
    return { filter, runs: askedFor(filter, nowMs), missed: missedAskedFor(filter, nowMs) };
  }, [key]);
  const navigate = useNavigate();
  const show = (next: RunFilter) => void navigate({ to: '/runs', search: next });
  const isMissed = filter.view === 'missed';
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('nav.runs')}</Title>
        <Group gap="xs">
          <SavedViews
            page="runs"
            filter={filter}
            onChoose={(query) => show(readRunFilter(Object.fromEntries(new URLSearchParams(query))))}
          />
          {isMissed ? <ExportMissed filter={missed} /> : <ExportRuns filter={runs.request} />}
        </Group>
      </Group>
      <Tabs
        value={filter.view ?? 'ran'}
        onChange={(value) => show({ ...filter, view: value === 'missed' ? 'missed' : undefined })}
      >
        <Tabs.List>
          <Tabs.Tab value="ran">{t('runs.ran')}</Tabs.Tab>
          <Tabs.Tab value="missed">{t('missed.title')}</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      <RunFilters />
      {!isMissed && runs.assumed && (
        <Text size="sm" c="dimmed" role="note">
          {t('runs.assumed', { time: t(`runs.last.${runs.assumed}`) })}
        </Text>
      )}
      {isMissed ? (
        <MissedTable
          filter={missed}
          empty={<NoMissed filtered={isFiltered({ ...missed })} onClear={() => show({ view: 'missed' })} />}
        />
      ) : (
        <RunTable
          filter={runs.request}
          empty={<NoRuns filtered={isFiltered({ ...runs.request })} onClear={() => show({})} />}
        />
      )}
    </Stack>
  );
}

interface NothingProps {
  readonly filtered: boolean;
  readonly onClear: () => void;
}

function NoRuns({ filtered, onClear }: NothingProps) {
  const { t } = useWords();
  return filtered ? (
    <NothingFound text={t('runs.noneFound')} onClear={onClear} />
  ) : (
    <Empty text={t('runs.none')} command="npx carillon apply -f examples/" />
  );
}

function NoMissed({ filtered, onClear }: NothingProps) {
  const { t } = useWords();
  return filtered ? <NothingFound text={t('missed.noneFound')} onClear={onClear} /> : <Empty text={t('missed.none')} />;
}
