import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Group, Modal, MultiSelect, Radio, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import type { RunNowAct } from './use-run-now.js';

/** Names offered at a time; typing finds the others. */
const offered = 50;
/** The most that one request may name. */
const mostChosen = 1_000;
const typingMs = 250;

interface Props {
  readonly job: string;
  /** How many should have it. */
  readonly hosts: number;
  readonly act: RunNowAct;
  /** Asks at once, also where there is one host only. */
  readonly asks: boolean;
  readonly onAsked: () => void;
}

/** Starts a job now: of one host at once, of several after the reader chose which. */
export function RunNow({ job, hosts, act, asks, onAsked }: Props) {
  const { t } = useWords();
  const [wanted, setWanted] = useState(false);
  const close = () => {
    setWanted(false);
    if (asks) onAsked();
  };
  const start = (names?: string[]) => {
    close();
    act.mutate(names);
  };
  return (
    <>
      <Button
        loading={act.isPending}
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        onClick={() => (hosts > 1 ? setWanted(true) : start())}
      >
        {t('jobs.runNow')}
      </Button>
      <Modal
        opened={wanted || asks}
        onClose={close}
        title={t('job.ask.run', { name: job })}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <ChooseHosts job={job} hosts={hosts} onStart={start} onCancel={close} />
      </Modal>
    </>
  );
}

interface ChooseProps {
  readonly job: string;
  readonly hosts: number;
  readonly onStart: (names?: string[]) => void;
  readonly onCancel: () => void;
}

function ChooseHosts({ job, hosts, onStart, onCancel }: ChooseProps) {
  const { t } = useWords();
  const [isAll, setIsAll] = useState(true);
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
      {!isAll && (
        <MultiSelect
          label={t('jobs.hosts')}
          data={[...new Set([...chosen, ...names])]}
          value={chosen}
          onChange={setChosen}
          searchable
          onSearchChange={setTyped}
          hidePickedOptions
          maxValues={mostChosen}
          limit={offered}
          nothingFoundMessage={t('hosts.noneFound')}
          comboboxProps={{ withinPortal: true }}
        />
      )}
      <Text size="sm" c="dimmed">
        {t('job.runMeans')}
      </Text>
      <Group justify="end">
        <Button variant="default" onClick={onCancel} data-autofocus>
          {t('bulk.not')}
        </Button>
        <Button disabled={count === 0} onClick={() => (isAll ? onStart() : onStart(chosen))}>
          {t('job.doRun', { count })}
        </Button>
      </Group>
    </Stack>
  );
}
