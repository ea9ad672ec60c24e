import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { isRunUnderWay } from '@carillon/core/state/states';
import { Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { RunBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useTitle } from '../../lib/use-title.js';
import { useReason } from './exit-code.js';
import { OutputView } from './output-view.js';
import { RunAgain } from './run-again.js';
import { RunAttempts } from './run-attempts.js';
import { RunElsewhere, RunNeighbours } from './run-beside.js';
import { RunFacts } from './run-facts.js';
import { RunIncidents } from './run-incidents.js';
import { RunTold } from './run-told.js';
import { RunWhy } from './run-why.js';
import { StopRun } from './stop-run.js';
import { useOutput } from './use-output.js';

type Run = Response<typeof runRoutes.get>;

export function RunPage() {
  const { t } = useWords();
  const { id } = useParams({ from: '/signed-in/runs/$id' });
  const run = useQuery({
    ...query(runRoutes.get, { id }),
    // A run may be opened before the centre has heard of it, and late evidence may amend one that seemed over.
    refetchInterval: ({ state }) => (state.data === undefined || isRunUnderWay(state.data.state) ? 1_500 : 30_000),
  });
  useTitle(run.data ? t('runs.title', { job: run.data.job }) : t('nav.runs'));
  return <Loaded query={run}>{(data) => <RunDetails key={data.id} run={data} />}</Loaded>;
}

function RunDetails({ run }: { run: Run }) {
  const { t } = useWords();
  const { detailText } = useServerText();
  const { find } = useSearch({ from: '/signed-in/runs/$id' });
  const reason = useReason()(run.reason);
  const may = useMay('run');
  const running = isRunUnderWay(run.state);
  const output = useOutput(run.id);
  const { data: beside } = useQuery(query(runRoutes.beside, { id: run.id }, 15_000));
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {t('runs.title', { job: run.job })}
          </Title>
          <RunBadge state={run.state} />
          {reason && (
            <Text size="sm" c="dimmed">
              {[reason, detailText(run)].filter(Boolean).join(' ')}
            </Text>
          )}
        </Group>
        {may && (running ? <StopRun id={run.id} /> : <RunAgain job={run.job} host={run.host} />)}
      </Group>
      <RunIncidents run={run} />
      <RunWhy run={run} />
      <Section title={t('runs.facts')} aside={beside && <RunNeighbours beside={beside} />}>
        <RunFacts run={run} usual={beside?.usual ?? null} />
      </Section>
      <RunAttempts run={run} pieces={output.pieces} />
      <RunTold pieces={output.pieces} running={running} />
      <OutputView
        output={output}
        fileName={`carillon-${run.job}-${run.host}-${run.id.slice(0, 8)}.txt`}
        running={running}
        zone={run.timezone}
        find={find}
        archived={run.output.archived}
      />
      {beside && <RunElsewhere beside={beside} />}
    </Stack>
  );
}
