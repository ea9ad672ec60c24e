import { CloseButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { CommandLine } from '../commands/command-line.js';

/** Orders that are followed one by one; of a large fleet's, the list of runs tells the rest. */
const followed = 20;

/** What became of "run now" on each host. */
export function StartedRuns({ ids, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Paper withBorder p="sm" role="status" aria-label={t('jobs.runNow')}>
      <Group justify="space-between" align="start" wrap="nowrap">
        <Stack gap={6}>
          {ids.slice(0, followed).map((id) => (
            <CommandLine key={id} id={id} />
          ))}
          {ids.length > followed && (
            <Text size="sm" c="dimmed">
              {t('jobs.runMore', { n: ids.length - followed })}
            </Text>
          )}
        </Stack>
        <CloseButton aria-label={t('common.close')} onClick={onClose} />
      </Group>
    </Paper>
  );
}
