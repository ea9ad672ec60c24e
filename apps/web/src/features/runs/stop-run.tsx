import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Dialog } from '../../components/dialog.js';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { CommandLine } from '../commands/command-line.js';

/** Ends a running program after a question, and tells what the host made of it. */
export function StopRun({ id }: { id: string }) {
  const { t } = useWords();
  const [asks, { open, close }] = useDisclosure();
  const stop = useOnce({ mutationFn: () => call(runRoutes.stop, { id }), onSettled: close });
  return (
    <Group gap="sm">
      {stop.data && <CommandLine id={stop.data.commandId} />}
      {stop.isError && <Failure error={stop.error} />}
      <Button color="red" variant="light" loading={stop.isPending} onClick={open}>
        {t('runs.stop')}
      </Button>
      <Dialog opened={asks} onClose={close} title={t('runs.stopSure')}>
        <Stack>
          <Text size="sm">{t('runs.stopMeans')}</Text>
          <Group justify="end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('runs.stopNot')}
            </Button>
            <Button color="red" loading={stop.isPending} onClick={() => stop.mutate()}>
              {t('runs.stopIt')}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Group>
  );
}
