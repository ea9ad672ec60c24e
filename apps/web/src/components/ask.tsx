import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.js';
import { Dialog } from './dialog.js';
import { Failure } from './failure.js';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  /** What will be done, with its count. */
  readonly children: ReactNode;
  readonly act: string;
  readonly danger?: boolean;
  readonly pending: boolean;
  readonly error?: unknown;
  readonly disabled?: boolean;
  readonly onAct: () => void;
  readonly onClose: () => void;
}

/** A question before something that touches many, or that cannot be taken back. */
export function Ask({ opened, title, children, act, danger, pending, error, disabled, onAct, onClose }: Props) {
  const { t } = useWords();
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <Stack gap="sm">
        {children}
        {error !== undefined && error !== null && <Failure error={error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('alerting.not')}
          </Button>
          <Button {...(danger ? { color: 'red' } : {})} loading={pending} disabled={disabled === true} onClick={onAct}>
            {act}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
