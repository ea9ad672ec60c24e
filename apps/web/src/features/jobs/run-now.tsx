import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { useWords } from '../../i18n/index.js';
import { ChooseHosts } from './choose-hosts.js';
import type { RunNowAct } from './use-run-now.js';

/** The most that one request may name; all may be more. */
const most = { all: Number.POSITIVE_INFINITY, named: 1_000 };

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
      <Dialog opened={wanted || asks} onClose={close} title={t('job.ask.run', { name: job })}>
        <ChooseHosts
          job={job}
          hosts={hosts}
          most={most}
          means={t('job.runMeans')}
          label={(count) => t('job.doRun', { count })}
          onChosen={start}
          onCancel={close}
        />
      </Dialog>
    </>
  );
}
