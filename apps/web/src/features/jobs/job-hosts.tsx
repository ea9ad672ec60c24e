import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { type AssignmentState, assignmentStates } from '@carillon/core/state/states';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../components/empty.js';
import { ExportButton } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { MoreButton } from '../../components/more-button.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PageLink } from '../../components/page-link.js';
import { useWords } from '../../i18n/index.js';
import { call, pagedQuery } from '../../lib/api.js';
import { useTyped } from '../../lib/use-typed.js';
import { RepairJob } from '../changes/repair-job.js';
import { HostMatrix } from './host-matrix.js';
import type { JobView } from './job-view.js';
import { SignJob } from './sign-job.js';

type Job = Response<typeof jobRoutes.get>;

/** Hosts asked for at a time, each with its newest run and next start. */
const page = { limit: 200, lastRun: 'true', nextFire: 'true' } as const;
const refreshMs = 10_000;

/** The hosts of a job: how far each is and why, how it went there last, and when it starts there next. */
export function JobHosts({ job }: { job: Job }) {
  const { t } = useWords();
  const { state, host } = useSearch({ from: '/signed-in/jobs/$name' });
  const navigate = useNavigate();
  const change = (part: Pick<JobView, 'state' | 'host'>) =>
    void navigate({
      to: '/jobs/$name',
      params: { name: job.name },
      search: { tab: 'hosts', state, host, ...part },
      replace: true,
    });
  const search = useTyped(host, (text) => change({ host: text }));
  const asked = { name: job.name, ...page, ...(state ? { state } : {}), ...(host ? { search: host } : {}) };
  const hosts = useInfiniteQuery(pagedQuery(jobRoutes.assignments, asked, refreshMs));
  const items = hosts.data?.pages.flatMap((each) => each.items);
  return (
    <Stack gap="sm">
      <Group align="end">
        <TextInput label={t('runs.host')} {...search} />
        <ExportButton
          name={`hosts-of-${job.name}`}
          read={(cursor, signal) =>
            call(jobRoutes.assignments, { ...asked, limit: limits.pageItems.max, cursor }, signal)
          }
        />
        <States job={job} chosen={state} onChoose={(chosen) => change({ state: chosen })} />
        <RepairJob job={job.name} drifted={job.hostStates?.drifted ?? 0} />
      </Group>
      {hosts.isError && <Failure error={hosts.error} onRetry={() => void hosts.refetch()} />}
      {items === undefined && !hosts.isError && <Placeholder />}
      {items?.some(({ code }) => code === 'not_approved') && <SignJob job={job.name} />}
      {items && items.length > 0 && (
        <HostMatrix
          version={job.version}
          hosts={items}
          onNearEnd={() => hosts.hasNextPage && !hosts.isFetching && void hosts.fetchNextPage()}
        />
      )}
      {items?.length === 0 &&
        (state || host ? (
          <NothingFound text={t('hosts.noneFound')} onClear={() => change({ state: undefined, host: undefined })} />
        ) : (
          <Empty text={t('job.noHosts')}>
            <PageLink to="/jobs/$name/edit" params={{ name: job.name }}>
              {t('job.changeTargets')}
            </PageLink>
          </Empty>
        ))}
      <MoreButton query={hosts} />
    </Stack>
  );
}

interface StatesProps {
  readonly job: Job;
  readonly chosen: AssignmentState | undefined;
  readonly onChoose: (state: AssignmentState | undefined) => void;
}

/** How many hosts are how far; each number is the filter for them. */
function States({ job: { hostStates = {}, assignments }, chosen, onChoose }: StatesProps) {
  const { t } = useWords();
  const choice = (state: AssignmentState | undefined, hosts: number | undefined) => (
    <Button
      key={state ?? ''}
      size="xs"
      variant={state === chosen ? 'filled' : 'default'}
      aria-pressed={state === chosen}
      onClick={() => onChoose(state)}
    >
      {state ? t(`assignment.${state}`) : t('common.all')}
      {hosts !== undefined && ` ${hosts}`}
    </Button>
  );
  return (
    <Group gap={6} role="group" aria-label={t('common.state')}>
      {choice(undefined, assignments.total)}
      {assignmentStates.map(
        (state) => (hostStates[state] !== undefined || state === chosen) && choice(state, hostStates[state] ?? 0),
      )}
    </Group>
  );
}
