import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { Loaded } from '../../components/loaded.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { RepairOutcome } from './repair-outcome.js';
import { type Drift, RepairPlan } from './repair-plan.js';
import { useRepair } from './use-repair.js';

/** Puts a job's task back on all hosts that are known to differ, after a look at what that changes. */
export function RepairJob({ job, drifted }: { job: string; drifted: number }) {
  const { t } = useWords();
  const may = useMay('run');
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  if (!may || (drifted === 0 && !isOpen)) return null;
  return (
    <>
      {drifted > 0 && (
        <Button size="xs" color="orange" variant="light" onClick={() => setIsOpen(true)}>
          {t('repair.all', { count: drifted })}
        </Button>
      )}
      <Dialog opened={isOpen} onClose={close} size="xl" title={t('repair.askAll', { name: job })}>
        <Question job={job} drifted={drifted} onClose={close} />
      </Dialog>
    </>
  );
}

interface QuestionProps {
  readonly job: string;
  readonly drifted: number;
  readonly onClose: () => void;
}

function Question({ job, drifted, onClose }: QuestionProps) {
  const { t } = useWords();
  const repair = useRepair(job);
  const isAsked = repair.data !== undefined;
  const plan = useQuery({ ...query(jobRoutes.drift, { name: job, limit: limits.pageItems.max }), enabled: !isAsked });
  return (
    <Loaded query={plan}>
      {({ items, next }) => {
        const able = items.filter(({ canRepair }) => canRepair).map(({ host }) => host);
        // What is beyond the page is not shown, so all are meant, whatever they are by then.
        const isAll = next !== null;
        const count = isAll ? Math.max(drifted, items.length) : able.length;
        return (
          <Stack gap="md">
            {items.length > 0 && (
              <Text size="sm" c="dimmed">
                {t('repair.means')}
              </Text>
            )}
            {!isAsked && <RepairPlan drifts={items} />}
            {!isAsked && <Notes items={items} hidden={isAll ? drifted - items.length : 0} />}
            {!isAsked && items.length === 0 && <Text size="sm">{t('repair.none')}</Text>}
            <RepairOutcome repair={repair} job={job} />
            <Group justify="end">
              <Button variant="default" onClick={onClose} data-autofocus>
                {t(isAsked || items.length === 0 ? 'common.close' : 'bulk.not')}
              </Button>
              {!isAsked && items.length > 0 && (
                <Button
                  loading={repair.isPending}
                  disabled={count === 0}
                  onClick={() => repair.mutate(isAll ? undefined : able)}
                >
                  {t('repair.do', { count })}
                </Button>
              )}
            </Group>
          </Stack>
        );
      }}
    </Loaded>
  );
}

/** What is to be known of some of the hosts. */
function Notes({ items, hidden }: { items: readonly Drift[]; hidden: number }) {
  const { t } = useWords();
  const old = items.filter(({ canRepair }) => !canRepair).map(({ host }) => host);
  const away = items.filter(({ presence, canRepair }) => canRepair && presence !== 'online').map(({ host }) => host);
  const notes = [
    ...(hidden > 0 ? [t('repair.more', { n: hidden })] : []),
    ...(away.length > 0 ? [t('repair.away', { hosts: away.join(', ') })] : []),
    ...(old.length > 0 ? [t('repair.tooOld', { hosts: old.join(', ') })] : []),
  ];
  return (
    <>
      {notes.map((note) => (
        <Text key={note} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {note}
        </Text>
      ))}
    </>
  );
}
