import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Group, Stack, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { MoreButton } from '../../components/more-button.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PageLink } from '../../components/page-link.js';
import { SavedViews } from '../../components/saved-views.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { isFiltered } from '../../lib/search.js';
import { useMay } from '../../lib/use-may.js';
import { useTitle } from '../../lib/use-title.js';
import { readJobFilter } from './job-filter.js';
import { JobFilters } from './job-filters.js';
import { JobTable } from './job-table.js';
import { ExportJobs } from './jobs-csv.js';

/** Jobs asked for at a time, each with so many of its newest runs. */
const page = { limit: 100, recent: 20, nextFire: 'true' } as const;
const refreshMs = 10_000;

export function JobsPage() {
  const { t } = useWords();
  useTitle(t('nav.jobs'));
  // The router keeps what the filter does not mention; the server would refuse it.
  const filter = readJobFilter({ ...useSearch({ from: '/signed-in/jobs' }) });
  const navigate = useNavigate();
  const mayWrite = useMay('job.write');
  const jobs = useInfiniteQuery(pagedQuery(jobRoutes.list, { ...filter, ...page }, refreshMs));
  const items = jobs.data?.pages.flatMap((each) => each.items);
  const choose = (query: string) =>
    void navigate({ to: '/jobs', search: readJobFilter(Object.fromEntries(new URLSearchParams(query))) });
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('nav.jobs')}</Title>
        <Group gap="xs">
          <SavedViews page="jobs" filter={filter} onChoose={choose} />
          <ExportJobs filter={filter} />
          {mayWrite && (
            <Button
              component={Link}
              to="/job-editor"
              data-tour="new-job"
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              {t('editor.title')}
            </Button>
          )}
        </Group>
      </Group>
      <JobFilters />
      {jobs.isError && <Failure error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {items === undefined && !jobs.isError && <Placeholder />}
      {items && items.length > 0 && (
        <JobTable
          jobs={items}
          // Near the end of what is here, the rest is fetched before somebody asks for it.
          onNearEnd={() => jobs.hasNextPage && !jobs.isFetching && void jobs.fetchNextPage()}
        />
      )}
      {items?.length === 0 &&
        (isFiltered(filter) ? (
          <NothingFound text={t('jobs.noneFound')} />
        ) : (
          <Empty text={t('jobs.none')} command="npx carillon apply -f examples/">
            {mayWrite && <PageLink to="/job-editor">{t('finder.newJob')}</PageLink>}
          </Empty>
        ))}
      <MoreButton query={jobs} />
    </Stack>
  );
}
