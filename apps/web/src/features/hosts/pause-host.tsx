import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import { missedPolicies } from '@carillon/core/job/job-spec';
import { Alert, Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { FormDialog } from '../../components/form-dialog.js';
import { useTimes } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';

const hourMs = 3_600_000;
const lengths = ['1', '4', '12', '24', '72'];

function usePause(host: string) {
  const pauses = useQuery(query(pauseRoutes.list, { host, limit: 1 }, 15_000));
  return pauses.data?.items[0];
}

/** Says that nothing starts by itself on a host, while that is so, and ends it. */
export function PauseAlert({ host }: { host: string }) {
  const { t } = useWords();
  const { timeText } = useTimes();
  const client = useQueryClient();
  const pause = usePause(host);
  const may = useMay('host.pause');
  const resume = useOnce({
    mutationFn: () => call(pauseRoutes.resume, { body: { hosts: [host] } }),
    onSuccess: () => client.invalidateQueries({ queryKey: [pauseRoutes.list.path] }),
  });
  if (!pause) return null;
  const { until, by, reason } = pause;
  return (
    <Alert color="blue" title={t('hosts.paused')} icon={<IconPlayerPause size={18} />}>
      <Group justify="space-between">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('hosts.pausedText', { until: timeText(until), by, reason })}
        </Text>
        {may && (
          <Button size="xs" variant="light" loading={resume.isPending} onClick={() => resume.mutate()}>
            {t('hosts.resume')}
          </Button>
        )}
      </Group>
      {resume.isError && <Failure error={resume.error} />}
    </Alert>
  );
}

/** Lets a host start nothing by itself for a while. */
export function PauseHost({ host }: { host: string }) {
  const { t } = useWords();
  const isPaused = usePause(host) !== undefined;
  const may = useMay('host.pause');
  if (isPaused || !may) return null;
  return (
    <FormDialog
      title={t('hosts.pauseTitle', { name: host })}
      button={(open) => (
        <Button variant="default" size="sm" leftSection={<IconPlayerPause size={16} />} onClick={open}>
          {t('hosts.pause')}
        </Button>
      )}
    >
      {(done) => <PauseForm host={host} onDone={done} />}
    </FormDialog>
  );
}

function PauseForm({ host, onDone }: { host: string; onDone: () => void }) {
  const { t } = useWords();
  const { recordText } = useServerText();
  const client = useQueryClient();
  const [hours, setHours] = useState<string>('4');
  const [afterwards, setAfterwards] = useState<(typeof missedPolicies)[number]>('skip');
  const [reason, setReason] = useState('');
  const pause = useOnce({
    mutationFn: () => {
      const until = new Date(Date.now() + Number(hours) * hourMs).toISOString();
      return call(pauseRoutes.pause, { body: { hosts: [host], until, afterwards, reason } });
    },
    onSuccess: async ({ refused }) => {
      await client.invalidateQueries({ queryKey: [pauseRoutes.list.path] });
      if (refused.length === 0) onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate();
  };
  return (
    <Stack component="form" onSubmit={submit}>
      <Text size="sm">{t('hosts.pauseMeans')}</Text>
      <Select
        label={t('hosts.pauseFor')}
        data={lengths.map((value) => ({ value, label: t('hosts.hours', { count: Number(value) }) }))}
        value={hours}
        allowDeselect={false}
        onChange={(value) => setHours(value ?? '4')}
      />
      <Stack gap={4}>
        <Text size="sm" fw={500}>
          {t('hosts.pauseAfterwards')}
        </Text>
        <SegmentedControl
          aria-label={t('hosts.pauseAfterwards')}
          data={missedPolicies.map((value) => ({ value, label: t(`hosts.afterwards.${value}`) }))}
          value={afterwards}
          onChange={(value) => setAfterwards(value as typeof afterwards)}
        />
      </Stack>
      <TextInput
        label={t('hosts.pauseReason')}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {pause.isError && <Failure error={pause.error} />}
      {pause.data?.refused.map(({ why }) => (
        <Alert key={why} color="yellow">
          {recordText(why)}
        </Alert>
      ))}
      <Button type="submit" loading={pause.isPending}>
        {t('hosts.pause')}
      </Button>
    </Stack>
  );
}
