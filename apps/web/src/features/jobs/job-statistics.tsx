import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { isBadRun, runStates } from '@carillon/core/state/states';
import { Group, Progress, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Bars } from '../../components/bars.js';
import { Empty } from '../../components/empty.js';
import { ExportRows } from '../../components/export-button.js';
import { Facts } from '../../components/facts.js';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { duration } from '../../lib/times.js';
import { ExitCode } from '../runs/exit-code.js';
import { DurationChart } from './duration-chart.js';
import { RunDays } from './run-days.js';

type Statistics = Response<typeof jobRoutes.statistics>;

const refreshMs = 60_000;

/** How the runs of a job end and how long they take: the newest ones in figures, and day by day. */
export function JobStatistics({ job }: { job: string }) {
  const { t } = useWords();
  const statistics = useQuery(query(jobRoutes.statistics, { name: job }, refreshMs));
  return (
    <>
      <RunDays job={job} />
      <Loaded query={statistics}>
        {(data) =>
          data.runs === 0 ? (
            <Empty text={t('job.noEnded')} />
          ) : (
            <>
              <SimpleGrid cols={{ base: 1, lg: 2 }}>
                <Endings job={job} statistics={data} />
                <Durations statistics={data} />
              </SimpleGrid>
              <ExitCodes job={job} statistics={data} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

interface PartProps {
  readonly job: string;
  readonly statistics: Statistics;
}

function Endings({ job, statistics: { runs, since, states = {} } }: PartProps) {
  const { t } = useWords();
  const counted = since ? { job, since } : { job };
  const good = runStates.reduce((sum, state) => sum + (isBadRun(state) ? 0 : (states[state] ?? 0)), 0);
  return (
    <Section title={t('job.endings')}>
      <Text fz={34} fw={600} lh={1.2}>
        {percent(good, runs)}
      </Text>
      <PageLink to="/runs" search={counted} c="dimmed" mb="sm" display="block">
        {t('job.endedWell', { count: runs })} {since && <When at={since} />}
      </PageLink>
      <Stack gap={6}>
        {runStates.map((state) => {
          const count = states[state] ?? 0;
          if (count === 0) return null;
          return (
            <Group key={state} gap="sm" wrap="nowrap">
              <PageLink to="/runs" search={{ ...counted, state }} underline="never" w={130}>
                <RunBadge state={state} />
              </PageLink>
              <Share of={count} all={runs} isBad={isBadRun(state)} label={t(`run.${state}`)} />
              <Text size="sm" w={96} ta="end" style={{ flexShrink: 0 }}>
                {count} · {percent(count, runs)}
              </Text>
            </Group>
          );
        })}
      </Stack>
    </Section>
  );
}

function Durations({ statistics: { durations, buckets, days = [] } }: { statistics: Statistics }) {
  const { t } = useWords();
  if (!durations) return null;
  const bars = buckets.map(({ fromMs, toMs, runs }) => ({
    key: String(fromMs),
    value: runs,
    title: `${duration(fromMs)} – ${duration(toMs)} · ${t('timeline.runs', { count: runs })}`,
  }));
  return (
    <Section title={t('job.durations')}>
      <Stack gap="md">
        <Facts
          items={[
            [t('job.median'), duration(durations.medianMs)],
            [t('job.p95'), duration(durations.p95Ms)],
            [t('job.shortest'), duration(durations.minMs)],
            [t('job.longest'), duration(durations.maxMs)],
          ]}
        />
        <Bars
          bars={bars}
          label={t('job.byDuration')}
          from={duration(buckets[0]?.fromMs ?? 0)}
          to={duration(buckets.at(-1)?.toMs ?? 0)}
        />
        <DurationChart days={days} />
      </Stack>
    </Section>
  );
}

function ExitCodes({ job, statistics: { exitCodes, runs, since } }: PartProps) {
  const { t } = useWords();
  return (
    <Section title={t('job.exitCodes')}>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label={t('job.exitCodes')} verticalSpacing={5}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('runs.exit')}</Table.Th>
              <Table.Th>{t('jobs.runs')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {exitCodes.map(({ exit, runs: count }) => (
              <Table.Tr key={exit?.unsigned ?? 'none'}>
                <Table.Td className="wrap">{exit ? <ExitCode exit={exit} /> : t('job.noExitCode')}</Table.Td>
                <Table.Td>
                  {exit ? (
                    <PageLink to="/runs" search={{ job, exit: String(exit.unsigned), since: since ?? undefined }}>
                      {count} · {percent(count, runs)}
                    </PageLink>
                  ) : (
                    `${count} · ${percent(count, runs)}`
                  )}
                </Table.Td>
                <Table.Td w="35%">
                  <Share of={count} all={runs} label={exit ? String(exit.unsigned) : t('job.noExitCode')} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name={`exit-codes-of-${job}`} rows={exitCodes} />
    </Section>
  );
}

interface ShareProps {
  readonly of: number;
  readonly all: number;
  readonly isBad?: boolean;
  readonly label: string;
}

function Share({ of, all, isBad, label }: ShareProps) {
  const color = isBad === undefined ? 'blue' : isBad ? 'red' : 'teal';
  return (
    <Progress.Root size="lg" flex={1}>
      <Progress.Section value={(100 * of) / all} color={color} aria-label={label} />
    </Progress.Root>
  );
}

/** `97.3 %`; what is not all is never rounded up to all, nor what is there down to none. */
export function percent(part: number, all: number): string {
  const share = all === 0 ? 0 : (100 * part) / all;
  const rounded = Math.round(share * 10) / 10;
  if (rounded === 100 && part < all) return '> 99.9 %';
  if (rounded === 0 && part > 0) return '< 0.1 %';
  return `${rounded} %`;
}
