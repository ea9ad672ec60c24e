import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Failure } from '../../../components/failure.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { useMayWrite } from '../documents/use-may-write.js';
import type { Schedule } from './schedule.js';
import { useOverrides } from './use-overrides.js';

/** Who stands in now and later; each can be taken back by who may. */
export function Overrides({ schedule }: { schedule: Schedule }) {
  const { t } = useWords();
  const change = useOverrides(schedule);
  const may = useMayWrite('OnCall');
  const { overrides } = schedule;
  if (overrides.length === 0) return '–';
  return (
    <Stack gap={2}>
      {overrides.map(({ index, person, from, until }) => (
        <Group key={index} gap={4} wrap="nowrap">
          <Text size="sm">
            <b>{person}</b> <When at={from} /> – <When at={until} />
          </Text>
          {may && (
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={t('onCall.takeBack', { name: person })}
              loading={change.isPending}
              onClick={() => change.mutate((written) => written.toSpliced(index, 1))}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      {change.isError && <Failure error={change.error} />}
    </Stack>
  );
}
