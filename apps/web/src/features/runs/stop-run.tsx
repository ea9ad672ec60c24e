import { runRoutes } from '@carillon/contract/http/runs.routes';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { CommandLine } from '../commands/command-line.js';

/** Ends a running program after a question, and tells what the host made of it. */
export function StopRun({ id }: { id: string }) {
  const { t } = useWords();
  const [asks, { open, close }] = useDisclosure();
  const stop = useMutation({ mutationFn: () => call(runRoutes.stop, { id }), onSettled: close });
  return (
    <Group gap="sm">
      {stop.data && <CommandLine id={stop.data.commandId} />}
      {stop.isError && <Failure error={stop.error} />}
      <Button color="red" variant="light" loading={stop.isPending} onClick={open}>
        {t('runs.stop')}
      </Button>
      <Modal
        opened={asks}
        onClose={close}
        title={t('runs.stopSure')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
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
      </Modal>
    </Group>
  );
}
