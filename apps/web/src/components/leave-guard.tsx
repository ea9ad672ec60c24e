import { Button, Group, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useWords } from '../i18n/index.js';
import { isAnythingUnsaved, watchTyping } from '../lib/unsaved.js';
import { Dialog } from './dialog.js';

interface Place {
  readonly pathname: string;
  readonly search: object;
}

/** Another filter of the same page leaves its forms as they are; another part of it may not. */
function isElsewhere(current: Place, next: Place): boolean {
  const partOf = ({ search }: Place) => JSON.stringify(['tab', 'view'].map((key) => (search as never)[key] ?? null));
  return current.pathname !== next.pathname || partOf(current) !== partOf(next);
}

/** Asks before what somebody typed into a form is left behind, also where the whole page is closed: one for all pages. */
export function LeaveGuard() {
  const { t } = useWords();
  useEffect(() => watchTyping(document), []);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isElsewhere(current, next) && isAnythingUnsaved(),
    enableBeforeUnload: isAnythingUnsaved,
    withResolver: true,
  });
  return (
    <Dialog opened={blocker.status === 'blocked'} onClose={() => blocker.reset?.()} title={t('leave.title')}>
      <Text size="sm">{t('leave.text')}</Text>
      <Group justify="end" mt="md">
        <Button variant="default" data-autofocus onClick={() => blocker.reset?.()}>
          {t('leave.stay')}
        </Button>
        <Button color="red" onClick={() => blocker.proceed?.()}>
          {t('leave.go')}
        </Button>
      </Group>
    </Dialog>
  );
}
