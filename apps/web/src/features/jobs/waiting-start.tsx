import { Button, Group, Loader, Paper, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import type { WaitingStart as Waiting } from './use-run-now.js';

/** A start that waits until its hosts have the version that is to be started. */
export function WaitingStart({ waiting: { behind, skip } }: { waiting: Waiting }) {
  const { t } = useWords();
  const [first] = behind;
  if (!first) return null;
  return (
    <Paper withBorder p="sm" role="status" aria-label={t('jobs.runNow')}>
      <Group justify="space-between">
        <Group gap="sm" wrap="nowrap">
          <Loader size="xs" aria-hidden />
          <Text size="sm">{t('job.runWaits', { count: behind.length, host: first.host, version: first.version })}</Text>
        </Group>
        <Button size="xs" variant="default" onClick={skip}>
          {t('job.runAtOnce')}
        </Button>
      </Group>
    </Paper>
  );
}
