import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useWords } from '../../../i18n/index.js';
import { useMayWrite } from '../documents/use-may-write.js';
import type { Schedule } from './schedule.js';
import { useOverrides } from './use-overrides.js';

const hourMs = 3_600_000;

/** Somebody stands in for whoever would be on duty. */
export function OverrideForm({ schedule }: { schedule: Schedule }) {
  const { t } = useWords();
  const may = useMayWrite('OnCall');
  if (!may) return null;
  return (
    <FormDialog
      title={t('onCall.standInFor', { name: schedule.name })}
      button={(open) => (
        <Button size="compact-sm" variant="default" onClick={open}>
          {t('onCall.standIn')}
        </Button>
      )}
    >
      {(done) => <Form schedule={schedule} onDone={done} />}
    </FormDialog>
  );
}

function Form({ schedule, onDone }: { schedule: Schedule; onDone: () => void }) {
  const { t } = useWords();
  const [person, setPerson] = useState<string | null>(null);
  const [from, setFrom] = useState(() => ownWall(Date.now()));
  const [until, setUntil] = useState(() => ownWall(Date.now() + 12 * hourMs));
  const put = useOverrides(schedule, onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (person === null) return;
    // Instants, so that the schedule's zone need not be this browser's.
    const added = { from: new Date(from).toISOString(), until: new Date(until).toISOString(), person };
    put.mutate((before) => [...before, added]);
  };
  const isOrdered = from !== '' && until !== '' && new Date(from) < new Date(until);
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select label={t('onCall.person')} data={schedule.people} value={person} onChange={setPerson} data-autofocus />
        <TextInput
          type="datetime-local"
          label={t('doc.from')}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('doc.until')}
          value={until}
          error={isOrdered ? undefined : t('onCall.untilAfter')}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <Text size="xs" c="dimmed">
          {t('onCall.ownClock')}
        </Text>
        {put.isError && <Failure error={put.error} />}
        <Group justify="end">
          <Button type="submit" loading={put.isPending} disabled={person === null || !isOrdered}>
            {t('onCall.standIn')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** `2026-12-01T06:00` on this browser's clock. */
function ownWall(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
