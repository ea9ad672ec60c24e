import { Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useWords } from '../../i18n/index.js';
import { useTitle } from '../../lib/use-title.js';
import { TaskGroup } from './task-group.js';
import { TaskGroups } from './task-groups.js';

/** Tasks that hosts had before us, and jobs that take over from them. */
export function AdoptionPage() {
  const { t } = useWords();
  useTitle(t('adoption.title'));
  const { group } = useSearch({ from: '/signed-in/adoption' });
  return (
    <Stack>
      <Title order={1}>{t('adoption.title')}</Title>
      <Text size="sm" c="dimmed" maw={720}>
        {t('adoption.intro')}
      </Text>
      {group === undefined ? <TaskGroups /> : <TaskGroup id={group} />}
    </Stack>
  );
}
