import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import { Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { HostLink, JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { AssignmentBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';

const followMs = 1_500;
const slowMs = 15_000;

/** How far the jobs that took over are on each of their hosts. */
export function AdoptionProgress({ jobs }: { jobs: readonly string[] }) {
  return (
    <Stack>
      {jobs.map((job) => (
        <OfJob key={job} job={job} />
      ))}
    </Stack>
  );
}

function OfJob({ job }: { job: string }) {
  const { t } = useWords();
  const { faultText } = useServerText();
  const assignments = useQuery({
    ...query(jobRoutes.assignments, { name: job, limit: limits.pageItems.max }),
    refetchInterval: ({ state: { data } }) =>
      data?.items.every(({ state }) => state !== 'desired' && state !== 'delivered') ? slowMs : followMs,
  });
  return (
    <Loaded query={assignments}>
      {({ items }) => {
        const applied = items.filter(({ state }) => state === 'applied').length;
        return (
          <Stack gap="xs">
            <Group gap="sm">
              <JobLink name={job} />
              <Text size="sm">{t('adoption.applied', { n: applied, all: items.length })}</Text>
            </Group>
            <Progress
              value={(applied / Math.max(1, items.length)) * 100}
              color="teal"
              aria-label={t('adoption.progress')}
            />
            <Group gap="xs">
              {items.map(({ host, state, code, message }) => (
                <Group
                  key={host}
                  gap={6}
                  title={[code && (faultText(code) ?? code), message].filter(Boolean).join(': ') || undefined}
                >
                  <HostLink name={host} />
                  <AssignmentBadge state={state} />
                </Group>
              ))}
            </Group>
          </Stack>
        );
      }}
    </Loaded>
  );
}
