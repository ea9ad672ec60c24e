import { Button, Stack } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useWords } from '../i18n/index.js';
import { Empty } from './empty.js';

/** A filter let nothing through; a click takes it away. @param onClear where more than the filter stands in the address */
export function NothingFound({ text, onClear }: { text: string; onClear?: () => void }) {
  const { t } = useWords();
  const router = useRouter();
  const clear = () => router.history.replace(router.state.location.pathname);
  return (
    <Stack gap={0} align="start">
      <Empty text={text} />
      <Button variant="light" size="xs" onClick={onClear ?? clear}>
        {t('runs.clear')}
      </Button>
    </Stack>
  );
}
