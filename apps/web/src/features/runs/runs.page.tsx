import { type RunState, runStates } from '@carillon/core/state/states';
import { Group, Pill, Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWords } from '../../i18n/index.js';
import { isFiltered } from '../../lib/search.js';
import { localTime } from '../../lib/times.js';
import { useTitle } from '../../lib/use-title.js';
import { useTyped } from '../../lib/use-typed.js';
import type { RunFilter } from './run-filter.js';
import { RunList } from './run-list.js';

export function RunsPage() {
  const { t } = useWords();
  useTitle(t('nav.runs'));
  const { job, host, state, bad, since, until } = useSearch({ from: '/signed-in/runs' });
  const filter = { job, host, state, bad: bad && ('true' as const), since, until };
  return (
    <Stack>
      <Title order={1}>{t('nav.runs')}</Title>
      <Filters />
      <RunList filter={filter} filtered={isFiltered(filter)} />
    </Stack>
  );
}

function Filters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const change = (part: RunFilter) =>
    void navigate({ to: '/runs', search: (before) => ({ ...before, ...part }), replace: true });
  const job = useTyped(filter.job, (text) => change({ job: text }));
  const host = useTyped(filter.host, (text) => change({ host: text }));
  return (
    <Group align="end">
      <TextInput label={t('runs.job')} {...job} />
      <TextInput label={t('runs.host')} {...host} />
      <Select
        label={t('common.state')}
        placeholder={t('common.all')}
        clearable
        data={runStates.map((value) => ({ value, label: t(`run.${value}`) }))}
        value={filter.state ?? null}
        onChange={(value) => change({ state: (value as RunState | null) ?? undefined })}
      />
      <Switch
        label={t('runs.onlyBad')}
        checked={filter.bad === true}
        onChange={(event) => change({ bad: event.currentTarget.checked || undefined })}
        pb={8}
      />
      {(filter.since || filter.until) && (
        <Pill
          withRemoveButton
          mb={6}
          onRemove={() => change({ since: undefined, until: undefined })}
          removeButtonProps={{ 'aria-label': t('runs.anyTime'), 'aria-hidden': false, tabIndex: 0 }}
        >
          {[filter.since, filter.until].map((at) => (at ? localTime(at).slice(0, 16) : '')).join(' – ')}
        </Pill>
      )}
    </Group>
  );
}
