import { loadRoutes } from '@carillon/contract/http/load.routes';
import type { Response } from '@carillon/contract/http/route';
import { suggestSpread } from '@carillon/core/load/suggest-spread';
import { Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ExportRows } from '../../components/export-button.js';
import { JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { localTime } from '../../lib/times.js';
import { byFive, shortCount } from './heat-grid.js';
import type { HeatmapFilter } from './heatmap-filter.js';
import { HourBars } from './hour-bars.js';
import { Suggestion } from './suggestion.js';

type Hour = Response<typeof loadRoutes.hour>;
const jobsShown = 8;
const minuteMs = 60_000;

/** One hour closely: by the minute, which jobs fill it, and what would flatten it. */
export function HourView({ filter, hourMs }: { filter: HeatmapFilter; hourMs: number }) {
  const { t } = useWords();
  const { view, hour: _, ...asked } = filter;
  const from = new Date(hourMs).toISOString();
  const hour = useQuery(query(loadRoutes.hour, { from, ...asked }));
  const title = t('heatmap.hour', { from: localTime(from).slice(0, 16) });
  return (
    <Section title={title}>
      <Loaded query={hour}>
        {(data) =>
          view === 'past' ? <Ran load={data} hourMs={hourMs} filter={filter} /> : <Coming hour={data} hourMs={hourMs} />
        }
      </Loaded>
    </Section>
  );
}

function Ran({ load: { started, bad }, hourMs, filter }: { load: Hour; hourMs: number; filter: HeatmapFilter }) {
  const { t } = useWords();
  const total = started.reduce((sum, runs) => sum + runs, 0);
  const label = t('heatmap.starts', { count: total });
  const wrong = bad.reduce((sum, runs) => sum + runs, 0);
  const { job, host, label: ofHosts } = filter;
  const runsOf = (fromMs: number, toMs: number) => ({
    to: '/runs' as const,
    search: { job, host, label: ofHosts, since: new Date(fromMs).toISOString(), until: new Date(toMs).toISOString() },
  });
  const hour = runsOf(hourMs, hourMs + 60 * minuteMs);
  return (
    <Stack gap="xs">
      <Group gap="md">
        <PageLink {...hour}>{label}</PageLink>
        {wrong > 0 && (
          <PageLink to="/runs" search={{ ...hour.search, bad: true }} c="red">
            {t('heatmap.bad', { count: wrong })}
          </PageLink>
        )}
      </Group>
      <HourBars
        values={started}
        bad={bad}
        look="ran"
        suggested={undefined}
        linkOf={(minute) => runsOf(hourMs + minute * minuteMs, hourMs + (minute + 1) * minuteMs)}
        label={label}
        hour={new Date(hourMs).getHours()}
      />
    </Stack>
  );
}

function Coming({ hour, hourMs }: { hour: Hour; hourMs: number }) {
  const { t } = useWords();
  const found = suggestSpread(hour);
  const total = found.before.reduce((sum, starts) => sum + starts, 0);
  const label = t('heatmap.starts', { count: Math.round(total) });
  return (
    <Stack>
      <Text size="sm">{label}</Text>
      <HourBars
        values={found.before}
        bad={[]}
        look="expected"
        suggested={found.moves.length > 0 ? found.after : undefined}
        label={label}
        hour={new Date(hourMs).getHours()}
      />
      <Suggestion found={found} />
      {hour.jobs.length > 0 && <Jobs jobs={hour.jobs} />}
    </Stack>
  );
}

/** Which jobs fill the hour most, by five minutes. */
function Jobs({ jobs }: { jobs: Hour['jobs'] }) {
  const { t } = useWords();
  return (
    <>
      <Table.ScrollContainer minWidth={420}>
        <Table aria-label={t('heatmap.jobs')} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('runs.job')}</Table.Th>
              <Table.Th>{t('heatmap.at')}</Table.Th>
              <Table.Th ta="end">{t('heatmap.count')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {jobs.slice(0, jobsShown).map(({ job, starts, spreadMinutes }) => (
              <Table.Tr key={job}>
                <Table.Td>
                  <JobLink name={job} />
                </Table.Td>
                <Table.Td>
                  {startTimes(starts)}
                  {spreadMinutes > 0 && ` · ${t('heatmap.spreadOver', { n: spreadMinutes })}`}
                </Table.Td>
                <Table.Td ta="end">{shortCount(starts.reduce((sum, hosts) => sum + hosts, 0))}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name="jobs-of-hour" rows={jobs} />
    </>
  );
}

const timesShown = 4;

/** `:00 :30`, of many only the first and the last. */
function startTimes(starts: readonly number[]): string {
  const times = byFive(starts).flatMap((count, part) => (count > 0 ? [`:${String(part * 5).padStart(2, '0')}`] : []));
  return times.length > timesShown ? `${times[0]} … ${times.at(-1)}` : times.join(' ');
}
