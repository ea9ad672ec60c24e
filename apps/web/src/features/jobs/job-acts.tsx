import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPencil, IconPower, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { FrozenFailure } from '../../components/frozen-failure.js';
import { useWords } from '../../i18n/index.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { actOnAll } from './bulk.js';
import { DryRun } from './dry-run.js';
import { RunNow } from './run-now.js';
import type { RunNowAct } from './use-run-now.js';

type Job = Response<typeof jobRoutes.get>;
type Act = 'enable' | 'disable' | 'remove';

/** What can be done to one job; what changes its hosts only after a question that counts them. */
export function JobActs({ job, runNow }: { job: Job; runNow: RunNowAct }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<Act | null>(null);
  const { ask } = useSearch({ from: '/signed-in/jobs/$name' });
  const navigate = useNavigate({ from: '/jobs/$name' });
  const forgetAsk = () => void navigate({ search: (before) => ({ ...before, ask: undefined }), replace: true });
  const turn = job.enabled ? 'disable' : 'enable';
  const mayRun = useMay('run');
  const mayWrite = useMay('job.write');
  return (
    <Group gap="xs">
      {mayRun && (
        <RunNow job={job.name} hosts={job.assignments.total} act={runNow} asks={ask === 'run'} onAsked={forgetAsk} />
      )}
      {mayRun && <DryRun job={job.name} hosts={job.assignments.total} />}
      <Button
        renderRoot={(props) => <Link {...props} to="/jobs/$name/edit" params={{ name: job.name }} />}
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden />}
      >
        {t(mayWrite ? 'job.edit' : 'job.lookAt')}
      </Button>
      {mayWrite && (
        <>
          <Button variant="default" leftSection={<IconPower size={16} aria-hidden />} onClick={() => setAsked(turn)}>
            {t(`bulk.${turn}`)}
          </Button>
          <Button
            variant="light"
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setAsked('remove')}
          >
            {t('bulk.remove')}
          </Button>
        </>
      )}
      <Dialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked && t(`job.ask.${asked}`, { name: job.name })}
      >
        {asked && <Question job={job} act={asked} onDone={() => setAsked(null)} />}
      </Dialog>
    </Group>
  );
}

function Question({ job, act, onDone }: { job: Job; act: Act; onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const doing = useOnce({
    mutationFn: async (overrideFreeze: string | undefined) => {
      const { failed } = await actOnAll(act, [job.name], { overrideFreeze });
      if (failed[0]) throw failed[0].error;
    },
    onSuccess: async () => {
      onDone();
      if (act === 'remove') await navigate({ to: '/jobs' });
      await client.invalidateQueries();
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm">{t(`job.means.${act}`, { count: job.assignments.total })}</Text>
      {act === 'remove' && givesBack(job) && <Text size="sm">{t('job.removeGivesBack')}</Text>}
      {doing.isError && <FrozenFailure error={doing.error} isPending={doing.isPending} onOverride={doing.mutate} />}
      <Group justify="end">
        <Button variant="default" onClick={onDone} data-autofocus>
          {t('bulk.not')}
        </Button>
        <Button color={act === 'remove' ? 'red' : ''} loading={doing.isPending} onClick={() => doing.mutate(undefined)}>
          {t(`bulk.${act}`)}
        </Button>
      </Group>
    </Stack>
  );
}

/** Whether it stands in for tasks that its hosts had before. */
function givesBack({ spec }: Job): boolean {
  const { replaces } = spec as { replaces?: readonly unknown[] };
  return replaces !== undefined && replaces.length > 0;
}
