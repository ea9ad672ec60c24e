import { Button, Group, Stack, Text } from '@mantine/core';
import { Dialog } from '../../components/dialog.js';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  /** What it means for whom it is about. */
  readonly text: string;
  readonly act: string;
  readonly danger?: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onAct: () => void;
  readonly onClose: () => void;
}

/** A question before somebody loses a way in; why it was refused is told where it was asked. */
export function Sure({ opened, title, text, act, danger = true, pending, error, onAct, onClose }: Props) {
  const { t } = useWords();
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <Stack gap="sm">
        <Text size="sm">{text}</Text>
        {error && <Failure error={error} />}
        <Group justify="end">
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('access.cancel')}
          </Button>
          <Button {...(danger ? { color: 'red' } : {})} loading={pending} onClick={onAct}>
            {act}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
