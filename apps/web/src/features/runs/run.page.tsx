import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Facts } from '../../components/facts.js';
import { useFailureText } from '../../components/failure-text.js';
import { HostLink, JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { duration } from '../../lib/times.js';
import { useTitle } from '../../lib/use-title.js';
import { OutputView } from './output-view.js';

type Run = Response<typeof runRoutes.get>;

export function RunPage() {
  const { id } = useParams({ from: '/signed-in/runs/$id' });
  const run = useQuery({
    ...query(runRoutes.get, { id }),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? 1_500 : 30_000),
  });
  return <Loaded query={run}>{(data) => <RunDetails run={data} />}</Loaded>;
}

function RunDetails({ run }: { run: Run }) {
  const { t } = useWords();
  useTitle(t('runs.title', { job: run.job }));
  const running = run.state === 'running';
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1}>{t('runs.title', { job: run.job })}</Title>
          <RunBadge state={run.state} />
        </Group>
        {running && <StopButton id={run.id} />}
      </Group>
      <Section title={t('common.state')}>
        <Facts
          items={[
            [
              t('runs.job'),
              <>
                <JobLink name={run.job} /> v{run.jobVersion}
              </>,
            ],
            [t('runs.host'), <HostLink key="host" name={run.host} />],
            [t('runs.exit'), <ExitCode key="exit" run={run} />],
            [t('runs.took'), run.durationMs === null ? '–' : duration(run.durationMs)],
            [t('runs.scheduledFor'), run.scheduledFor ? <When key="planned" at={run.scheduledFor} /> : '–'],
            [t('runs.started'), <When key="started" at={run.startedAt} />],
            [t('runs.finished'), run.finishedAt ? <When key="ended" at={run.finishedAt} /> : '–'],
            [t('runs.trigger'), t(`trigger.${run.trigger}`)],
          ]}
        />
      </Section>
      <OutputView key={run.id} id={run.id} running={running} />
    </Stack>
  );
}

function ExitCode({ run: { exit, reason } }: { run: Run }) {
  if (!exit) return <>{reason ?? '–'}</>;
  return (
    <>
      <span className="mono">
        {exit.unsigned} ({exit.hex})
      </span>
      <Text size="xs" c="dimmed">
        {exit.name ? `${exit.name}: ` : ''}
        {exit.text}
      </Text>
    </>
  );
}

function StopButton({ id }: { id: string }) {
  const { t } = useWords();
  const failureText = useFailureText();
  const stop = useMutation({
    mutationFn: () => call(runRoutes.stop, { id }),
    onSuccess: () => notifications.show({ message: t('runs.stopSent') }),
    onError: (error) => notifications.show({ color: 'red', message: failureText(error) }),
  });
  return (
    <Button
      color="red"
      variant="light"
      loading={stop.isPending}
      onClick={() => window.confirm(t('runs.stopSure')) && stop.mutate()}
    >
      {t('runs.stop')}
    </Button>
  );
}
