import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconZoomQuestion } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { useWords } from '../../i18n/index.js';
import { call, keyOf } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { DryRunAnswer } from '../commands/dry-run-answer.js';
import { ChooseHosts } from './choose-hosts.js';

const most = { all: limits.dryRunHosts, named: limits.dryRunHosts };

/** Asks hosts of a job what a start now would do, and shows what each says. Starts nothing. */
export function DryRun({ job, hosts }: { job: string; hosts: number }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const asking = useOnce({
    mutationFn: async (names: string[] | undefined) => {
      const { commands } = await call(jobRoutes.dryRun, { name: job, body: names ? { hosts: names } : {} });
      for (const command of commands) client.setQueryData(keyOf(jobRoutes.command, { id: command.id }), command);
      return commands.map(({ id }) => id);
    },
  });
  const open = () => {
    setIsOpen(true);
    asking.reset();
    // Of one host there is nothing to choose.
    if (hosts === 1) asking.mutate(undefined);
  };
  const close = () => setIsOpen(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconZoomQuestion size={16} aria-hidden />}
        disabled={hosts === 0}
        onClick={open}
      >
        {t('job.dryRun')}
      </Button>
      <Dialog opened={isOpen} onClose={close} size="xl" title={t('job.ask.dryRun', { name: job })}>
        {asking.isError && <Failure error={asking.error} />}
        {hosts <= 1 && asking.isPending && <Placeholder />}
        {asking.data ? (
          <Answers ids={asking.data} onAgain={open} onClose={close} />
        ) : (
          hosts > 1 && (
            <ChooseHosts
              isPending={asking.isPending}
              job={job}
              hosts={hosts}
              most={most}
              means={[t('job.dryRunMeans'), ...(hosts > most.all ? [t('job.dryRunMost', { n: most.all })] : [])].join(
                ' ',
              )}
              label={(count) => t('job.doDryRun', { count })}
              onChosen={(names) => asking.mutate(names)}
              onCancel={close}
            />
          )
        )}
      </Dialog>
    </>
  );
}

interface AnswersProps {
  readonly ids: readonly string[];
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Answers({ ids, onAgain, onClose }: AnswersProps) {
  const { t } = useWords();
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('job.dryRunMeans')}
      </Text>
      <Stack gap="md" role="status" aria-label={t('job.dryRun')}>
        {ids.map((id) => (
          <DryRunAnswer key={id} id={id} />
        ))}
      </Stack>
      <Group justify="end">
        <Button variant="default" onClick={onAgain}>
          {t('job.dryRunAgain')}
        </Button>
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  );
}
