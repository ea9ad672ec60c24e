import type { Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import type { HostPresence, RunState, Unsettled } from '@carillon/core/state/states';
import { SimpleGrid, Stack, Table, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Empty } from '../../components/empty.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { loadLateWords, useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { RunRow, useRunHead } from '../runs/run-rows.js';
import { AlertPath } from './alert-path.js';
import { Figure } from './figure.js';
import { Activity, ComingLoad, Fleet, OpenIncidents } from './now-parts.js';
import { Unreached } from './unreached.js';

type Overview = Response<typeof sessionRoutes.overview>;

/** For newcomers: nothing that others wait for. */
const FirstSteps = lazy(() =>
  Promise.all([import('./first-steps-card.js'), loadLateWords()]).then(([{ FirstStepsCard }]) => ({
    default: FirstStepsCard,
  })),
);

const RolloutsUnderWay = lazy(() =>
  Promise.all([import('../rollouts/rollouts-under-way.js'), loadLateWords()]).then(([found]) => ({
    default: found.RolloutsUnderWay,
  })),
);

const hostsThatAre = (presence: HostPresence) => ({ to: '/hosts', search: { presence } }) as const;
const jobsWith = (assignments: Unsettled) => ({ to: '/jobs', search: { assignments } }) as const;
const runsThat = (state: RunState) => ({ to: '/runs', search: { state } }) as const;

export function OverviewPage() {
  const { t } = useWords();
  useTitle(t('nav.overview'));
  const overview = useQuery(query(sessionRoutes.overview, {}, 5_000));
  return (
    <Stack>
      <Title order={1}>{t('nav.overview')}</Title>
      <Loaded query={overview}>{(data) => <Numbers data={data} />}</Loaded>
    </Stack>
  );
}

function Numbers({ data: { hosts, jobs, assignments, runs, recentBad, alertPath, demo } }: { data: Overview }) {
  const { t } = useWords();
  return (
    <Stack>
      {alertPath && <AlertPath path={alertPath} />}
      <Suspense>
        <FirstSteps counted={{ hosts: hosts.total, jobs: jobs.total, runs: runs.total }} isDemo={demo === true} />
      </Suspense>
      <Unreached />
      <Suspense>
        <RolloutsUnderWay />
      </Suspense>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <Figure
          title="overview.hosts"
          total={hosts.total}
          parts={[
            { word: 'overview.online', count: hosts.online, color: 'teal', link: hostsThatAre('online') },
            { word: 'overview.lagging', count: hosts.lagging, color: 'yellow', link: hostsThatAre('lagging') },
            { word: 'overview.offline', count: hosts.offline, color: 'red', link: hostsThatAre('offline') },
            { word: 'overview.inSync', count: hosts.inSync, color: 'teal' },
          ]}
        />
        <Figure
          title="overview.jobs"
          total={jobs.total}
          parts={[{ word: 'overview.enabled', count: jobs.enabled, color: 'teal' }]}
        />
        <Figure
          title="overview.assignments"
          total={assignments.total}
          parts={[
            { word: 'overview.applied', count: assignments.applied, color: 'teal' },
            { word: 'overview.pending', count: assignments.pending, color: 'blue', link: jobsWith('pending') },
            { word: 'overview.failed', count: assignments.failed, color: 'red', link: jobsWith('failed') },
          ]}
        />
        <Figure
          title="overview.runs"
          total={runs.total}
          parts={[
            { word: 'overview.running', count: runs.running, color: 'blue', link: runsThat('running') },
            { word: 'overview.succeeded', count: runs.succeeded, color: 'teal', link: runsThat('succeeded') },
            { word: 'overview.warning', count: runs.warning, color: 'yellow', link: runsThat('warning') },
            { word: 'overview.bad', count: runs.bad, color: 'red', link: { to: '/runs', search: { bad: true } } },
          ]}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <OpenIncidents />
        <Fleet />
        <Activity />
        <ComingLoad />
      </SimpleGrid>
      {jobs.total === 0 ? (
        <Empty text={t('overview.noJobs')} command="npx carillon apply -f examples/" />
      ) : (
        <RecentBad runs={recentBad} />
      )}
    </Stack>
  );
}

function RecentBad({ runs }: { runs: Overview['recentBad'] }) {
  const { t } = useWords();
  const head = useRunHead();
  return (
    <Section title={t('overview.recentBad')}>
      {runs.length === 0 ? (
        <Empty text={t('overview.allGood')} />
      ) : (
        <Table.ScrollContainer minWidth={640}>
          <Table aria-label={t('overview.recentBad')}>
            <Table.Thead>
              <Table.Tr>
                {head.map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}
