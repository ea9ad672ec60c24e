import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import { limits } from '@carillon/contract/limits';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { Failure } from '../../components/failure.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { useUnsaved } from '../../lib/use-unsaved.js';
import type { Rollout } from './rollout.js';

type Act = 'halt' | 'resume' | 'rollBack';

/** What can be done about a rollout; each only after a question that names the job and counts its hosts. */
export function RolloutActs({ rollout }: { rollout: Rollout }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<Act | null>(null);
  // Stays when the question is put aside.
  const [reason, setReason] = useState('');
  useUnsaved(() => reason.trim() !== '');
  const done = () => {
    setAsked(null);
    setReason('');
  };
  const { state, canRollBack, job } = rollout;
  const mayRun = useMay('run');
  const mayWrite = useMay('job.write');
  const acts: readonly Act[] = [
    ...(mayRun && state === 'running' ? (['halt'] as const) : []),
    ...(mayWrite && state === 'halted' ? (['resume'] as const) : []),
    ...(mayWrite && canRollBack ? (['rollBack'] as const) : []),
  ];
  return (
    <Group gap={6}>
      {acts.map((act) => (
        <Button
          key={act}
          size="compact-sm"
          variant={act === 'rollBack' ? 'light' : 'default'}
          {...(act === 'rollBack' ? { color: 'red' } : {})}
          onClick={() => setAsked(act)}
        >
          {t(`rollout.act.${act}`)}
        </Button>
      ))}
      <Dialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked && t(`rollout.ask.${asked}`, { name: job })}
      >
        {asked && (
          <Question
            rollout={rollout}
            act={asked}
            reason={reason}
            onReason={setReason}
            onClose={() => setAsked(null)}
            onDone={done}
          />
        )}
      </Dialog>
    </Group>
  );
}

interface QuestionProps {
  readonly rollout: Rollout;
  readonly act: Act;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function Question({ rollout, act, reason, onReason, onClose, onDone }: QuestionProps) {
  const { t } = useWords();
  const client = useQueryClient();
  const { job: name, version, baseVersion, rings, health } = rollout;
  const all = rings.reduce((sum, { hosts }) => sum + hosts, 0);
  const doing = useOnce({
    mutationFn: async () => {
      await call(rolloutRoutes[act], { name, body: { reason: reason.trim() } });
    },
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') doing.mutate();
  };
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <Text size="sm">
        {t(`rollout.means.${act}`, {
          count: act === 'rollBack' ? health.hosts : Math.max(0, all - health.hosts),
          version,
          before: baseVersion ?? 0,
        })}
      </Text>
      <TextInput
        label={t('rollout.reason')}
        maxLength={limits.reasonCharacters}
        value={reason}
        onChange={(event) => onReason(event.currentTarget.value)}
        data-autofocus
      />
      {doing.isError && <Failure error={doing.error} />}
      <Group justify="end">
        <Button variant="default" onClick={onClose}>
          {t('bulk.not')}
        </Button>
        <Button
          {...(act === 'rollBack' ? { color: 'red' } : {})}
          type="submit"
          disabled={reason.trim() === ''}
          loading={doing.isPending}
        >
          {t(`rollout.act.${act}`)}
        </Button>
      </Group>
    </Stack>
  );
}
