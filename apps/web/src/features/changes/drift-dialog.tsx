import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Dialog } from '../../components/dialog.js';
import { Loaded } from '../../components/loaded.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { ChangeDetails } from './change-details.js';

/** The task of a job on one host. */
export interface TaskOnHost {
  readonly job: string;
  readonly host: string;
}

/** Of a row whose task differs. */
export function DriftButton({ job, host, onOpen }: TaskOnHost & { onOpen: (task: TaskOnHost) => void }) {
  const { t } = useWords();
  const may = useMay('run');
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={t(may ? 'repair.oneOf' : 'repair.lookAt', { job, host })}
      onClick={() => onOpen({ job, host })}
    >
      {t(may ? 'repair.one' : 'repair.look')}
    </Button>
  );
}

/** How a task differs on one host, where it is put back or kept. Stands beside the list: its row may change meanwhile. */
export function DriftDialog({ task, onClose }: { task: TaskOnHost | null; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog opened={task !== null} onClose={onClose} size="xl" title={task && t('repair.askOne', { ...task })}>
      {task && <Standing key={`${task.job} ${task.host}`} {...task} />}
    </Dialog>
  );
}

function Standing({ job, host }: TaskOnHost) {
  const { t } = useWords();
  const drift = useQuery(query(jobRoutes.drift, { name: job, host }));
  // The first that was seen: what came of a repair stays in sight when nothing differs any more.
  const changeId = useRef<string>(null);
  return (
    <Loaded query={drift}>
      {({ items: [item] }) => {
        changeId.current ??= item?.changeId ?? null;
        return changeId.current ? <ChangeDetails id={changeId.current} /> : <Text size="sm">{t('repair.none')}</Text>;
      }}
    </Loaded>
  );
}
