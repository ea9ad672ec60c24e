import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { CommandLine } from '../commands/command-line.js';
import { followedRepairs, type RepairAct } from './use-repair.js';

const followMs = 2_000;

/** What became of a repair on each host, as it becomes it; of many hosts a bar as well. */
export function RepairOutcome({ repair, job }: { repair: RepairAct; job?: string }) {
  const { t } = useWords();
  const { data: ids, error } = repair;
  if (error) return <Failure error={error} />;
  if (ids === undefined) return null;
  return (
    <Stack gap={6} role="status" aria-label={t('repair.outcome')} w="100%">
      {ids.length === 0 && <Text size="sm">{t('repair.none')}</Text>}
      {job !== undefined && ids.length > 1 && <Far job={job} all={ids.length} />}
      {ids.slice(0, followedRepairs).map((id) => (
        <CommandLine key={id} id={id} />
      ))}
      {ids.length > followedRepairs && (
        <Text size="sm" c="dimmed">
          {t('repair.rest', { n: ids.length - followedRepairs })}
        </Text>
      )}
    </Stack>
  );
}

/** How many of them are as defined again, by what the job's hosts tell. */
function Far({ job, all }: { job: string; all: number }) {
  const { t } = useWords();
  const now = useQuery({
    ...query(jobRoutes.get, { name: job }),
    refetchInterval: ({ state: { data } }) => ((data?.hostStates?.drifted ?? 0) > 0 ? followMs : false),
  });
  // What there is none of is left out.
  const left = now.data?.hostStates ? (now.data.hostStates.drifted ?? 0) : all;
  const n = Math.max(0, all - left);
  return (
    <>
      <Text size="sm">{t('repair.progress', { n, all })}</Text>
      <Progress value={(n / all) * 100} color="teal" aria-label={t('repair.outcome')} />
    </>
  );
}
