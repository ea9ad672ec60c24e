import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Group, MultiSelect, Radio, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';

/** Names offered at a time; typing finds the others. */
const offered = 50;
const typingMs = 250;

interface Props {
  readonly job: string;
  /** How many have it. */
  readonly hosts: number;
  /** How many one request may be for; where more have the job, they have to be named. */
  readonly most: { readonly all: number; readonly named: number };
  /** What comes of it, in words. */
  readonly means: string;
  /** Of the button, for so many hosts. */
  readonly label: (count: number) => string;
  /** It is under way. */
  readonly isPending?: boolean;
  /** Without names: all of them. */
  readonly onChosen: (names?: string[]) => void;
  readonly onCancel: () => void;
}

/** All hosts of a job, or some of them. */
export function ChooseHosts({ job, hosts, most, means, label, isPending = false, onChosen, onCancel }: Props) {
  const { t } = useWords();
  const mayAll = hosts <= most.all;
  const [isAll, setIsAll] = useState(mayAll);
  const [chosen, setChosen] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), typingMs);
  const found = useQuery({
    ...query(jobRoutes.assignments, { name: job, limit: offered, ...(search ? { search } : {}) }),
    enabled: !isAll,
  });
  const names = found.data?.items.map(({ host }) => host) ?? [];
  const count = isAll ? hosts : chosen.length;
  return (
    <Stack gap="sm">
      {mayAll && (
        <Radio.Group
          aria-label={t('jobs.hosts')}
          value={isAll ? 'all' : 'some'}
          onChange={(value) => setIsAll(value === 'all')}
        >
          <Stack gap="xs">
            <Radio value="all" label={t('job.runAll', { count: hosts })} />
            <Radio value="some" label={t('job.runSome')} />
          </Stack>
        </Radio.Group>
      )}
      {!isAll && (
        <MultiSelect
          label={t('jobs.hosts')}
          data={[...new Set([...chosen, ...names])]}
          value={chosen}
          onChange={setChosen}
          searchable
          onSearchChange={setTyped}
          hidePickedOptions
          maxValues={most.named}
          limit={offered}
          nothingFoundMessage={t('hosts.noneFound')}
          comboboxProps={{ withinPortal: true }}
        />
      )}
      <Text size="sm" c="dimmed">
        {means}
      </Text>
      <Group justify="end">
        <Button variant="default" onClick={onCancel} data-autofocus>
          {t('bulk.not')}
        </Button>
        <Button disabled={count === 0} loading={isPending} onClick={() => (isAll ? onChosen() : onChosen(chosen))}>
          {label(count)}
        </Button>
      </Group>
    </Stack>
  );
}
