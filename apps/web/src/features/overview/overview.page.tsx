import type { Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { useWords, type Word } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { RunRow, useRunHead } from '../runs/run-rows.js';

type Overview = Response<typeof sessionRoutes.overview>;

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

function Numbers({ data: { hosts, jobs, assignments, runs, recentBad } }: { data: Overview }) {
  const { t } = useWords();
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <Figure
          title="overview.hosts"
          total={hosts.total}
          parts={[
            ['overview.online', hosts.online, 'teal'],
            ['overview.lagging', hosts.lagging, 'yellow'],
            ['overview.offline', hosts.offline, 'red'],
            ['overview.inSync', hosts.inSync, 'teal'],
          ]}
        />
        <Figure title="overview.jobs" total={jobs.total} parts={[['overview.enabled', jobs.enabled, 'teal']]} />
        <Figure
          title="overview.assignments"
          total={assignments.total}
          parts={[
            ['overview.applied', assignments.applied, 'teal'],
            ['overview.pending', assignments.pending, 'blue'],
            ['overview.failed', assignments.failed, 'red'],
          ]}
        />
        <Figure
          title="overview.runs"
          total={runs.total}
          parts={[
            ['overview.running', runs.running, 'blue'],
            ['overview.succeeded', runs.succeeded, 'teal'],
            ['overview.warning', runs.warning, 'yellow'],
            ['overview.bad', runs.bad, 'red'],
          ]}
        />
      </SimpleGrid>
      {jobs.total === 0 ? (
        <Empty text={t('overview.noJobs')} command="npx carillon apply -f examples/" />
      ) : (
        <RecentBad runs={recentBad} />
      )}
    </Stack>
  );
}

type Part = readonly [word: Word, count: number, color: string];

/** A total and its parts; parts that count nothing stay pale. */
function Figure({ title, total, parts }: { title: Word; total: number; parts: readonly Part[] }) {
  const { t } = useWords();
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">
        {t(title)}
      </Text>
      <Text fz={34} fw={600} lh={1.2}>
        {total}
      </Text>
      <Group gap="sm" mt={4}>
        {parts.map(([word, count, color]) => (
          <Text key={word} size="sm" c={count === 0 ? 'dimmed' : color}>
            {t(word, { n: count })}
          </Text>
        ))}
      </Group>
    </Card>
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
