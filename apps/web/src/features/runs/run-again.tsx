import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import { Dialog } from '../../components/dialog.js';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { CommandLine } from '../commands/command-line.js';

/** Starts the same job on the same host after a question, and tells what became of it. */
export function RunAgain({ job, host }: { job: string; host: string }) {
  const { t } = useWords();
  const [asks, { open, close }] = useDisclosure();
  const again = useOnce({
    mutationFn: () => call(jobRoutes.run, { name: job, body: { hosts: [host] } }),
    onSettled: close,
  });
  return (
    <Group gap="sm">
      {again.data?.commands.map(({ id }) => (
        <CommandLine key={id} id={id} />
      ))}
      {again.isError && <Failure error={again.error} />}
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={again.isPending}
        onClick={open}
      >
        {t('runs.again')}
      </Button>
      <Dialog opened={asks} onClose={close} title={t('runs.againSure', { job, host })}>
        <Stack>
          <Text size="sm">{t('runs.againMeans')}</Text>
          <Group justify="end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('runs.againNot')}
            </Button>
            <Button loading={again.isPending} onClick={() => again.mutate()}>
              {t('runs.againIt')}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Group>
  );
}
