import { type RunState, runStates } from '@carillon/core/state/states';
import { Group, Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { useTitle } from '../../lib/use-title.js';
import { RunList } from './run-list.js';

export function RunsPage() {
  const { t } = useWords();
  useTitle(t('nav.runs'));
  const [typedJob, setJob] = useState('');
  const [typedHost, setHost] = useState('');
  const [job] = useDebouncedValue(typedJob.trim(), 300);
  const [host] = useDebouncedValue(typedHost.trim(), 300);
  const [state, setState] = useState<RunState | null>(null);
  const [onlyBad, setOnlyBad] = useState(false);
  const filter = {
    ...(job ? { job } : {}),
    ...(host ? { host } : {}),
    ...(state ? { state } : {}),
    ...(onlyBad ? { bad: 'true' as const } : {}),
  };
  return (
    <Stack>
      <Title order={1}>{t('nav.runs')}</Title>
      <Group align="end">
        <TextInput label={t('runs.job')} value={typedJob} onChange={(event) => setJob(event.currentTarget.value)} />
        <TextInput label={t('runs.host')} value={typedHost} onChange={(event) => setHost(event.currentTarget.value)} />
        <Select
          label={t('common.state')}
          placeholder={t('common.all')}
          clearable
          data={runStates.map((value) => ({ value, label: t(`run.${value}`) }))}
          value={state}
          onChange={(value) => setState(value as RunState | null)}
        />
        <Switch
          label={t('runs.onlyBad')}
          checked={onlyBad}
          onChange={(event) => setOnlyBad(event.currentTarget.checked)}
          pb={8}
        />
      </Group>
      <RunList filter={filter} filtered={Object.keys(filter).length > 0} />
    </Stack>
  );
}
