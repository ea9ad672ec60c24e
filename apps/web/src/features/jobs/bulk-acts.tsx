import { Alert, Button, Group, List, Paper, Progress, Stack, Text } from '@mantine/core';
import { IconPlayerPlay, IconPower, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { useFailureText } from '../../components/failure-text.js';
import { FrozenFailure, frozenTogether, isFrozen } from '../../components/frozen-failure.js';
import { useWords } from '../../i18n/index.js';
import { isFocusFree } from '../../lib/keep-focus.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { actOnAll, type BulkAct, type BulkOutcome } from './bulk.js';
import type { Job } from './job-shapes.js';

/** Names told before the rest is counted. */
const named = 12;

interface Wanted {
  readonly act: BulkAct;
  readonly names: readonly string[];
  /** Why, though a freeze holds them back. */
  readonly overrideFreeze?: string;
}

interface Props {
  /** Those that are marked. */
  readonly jobs: readonly Job[];
  /** Only these stay marked. */
  readonly onKeep: (names: readonly string[]) => void;
}

/** What can be done to the marked jobs, each after a question that names them. */
export function BulkActs({ jobs, onKeep }: Props) {
  const { t } = useWords();
  const [asked, setAsked] = useState<BulkAct | null>(null);
  const [tried, setTried] = useState(0);
  const stop = useRef<AbortController>(null);
  const client = useQueryClient();
  const mayWrite = useMay('job.write');
  const act = useOnce({
    mutationFn: ({ act, names, overrideFreeze }: Wanted) =>
      actOnAll(act, names, { onProgress: setTried, stop: stop.current?.signal, overrideFreeze }),
    onMutate: () => {
      setTried(0);
      stop.current = new AbortController();
    },
    onSuccess: ({ failed, left }) => {
      setAsked(null);
      // What is done is not done again by the next click.
      onKeep([...failed.map(({ name }) => name), ...left]);
      void client.invalidateQueries();
    },
  });
  return (
    <>
      {act.data && act.variables && (
        <Outcome
          act={act.variables.act}
          outcome={act.data}
          isPending={act.isPending}
          onOverride={(names, overrideFreeze) => act.mutate({ ...act.variables, names, overrideFreeze })}
          onClose={act.reset}
        />
      )}
      {jobs.length > 0 && (
        <Paper withBorder p="xs" role="toolbar" aria-label={t('bulk.title')}>
          <Group gap="xs">
            <Text size="sm" fw={600} mr="xs">
              {t('bulk.marked', { count: jobs.length })}
            </Text>
            <Button size="xs" leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={() => setAsked('run')}>
              {t('jobs.runNow')}
            </Button>
            {mayWrite && (
              <>
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<IconPower size={14} aria-hidden />}
                  onClick={() => setAsked('enable')}
                >
                  {t('bulk.enable')}
                </Button>
                <Button size="xs" variant="default" onClick={() => setAsked('disable')}>
                  {t('bulk.disable')}
                </Button>
                <Button
                  size="xs"
                  color="red"
                  variant="light"
                  leftSection={<IconTrash size={14} aria-hidden />}
                  onClick={() => setAsked('remove')}
                >
                  {t('bulk.remove')}
                </Button>
              </>
            )}
            <Button size="xs" variant="subtle" color="gray" onClick={() => onKeep([])}>
              {t('bulk.clear')}
            </Button>
          </Group>
        </Paper>
      )}
      <Dialog
        opened={asked !== null}
        // Put aside it would go on unseen.
        onClose={() => !act.isPending && setAsked(null)}
        title={asked && t(`bulk.ask.${asked}`, { count: jobs.length })}
      >
        {asked && (
          <Stack gap="sm">
            <Text size="sm">{t(`bulk.means.${asked}`, { count: tasksOf(jobs) })}</Text>
            <Names names={jobs.map(({ name }) => name)} />
            {act.isPending && (
              <>
                <Progress value={(tried / Math.max(1, jobs.length)) * 100} aria-label={t('bulk.progress')} />
                <Text size="sm" role="status">
                  {t('bulk.tried', { n: tried, all: jobs.length })}
                </Text>
              </>
            )}
            <Group justify="end">
              <Button
                variant="default"
                onClick={() => (act.isPending ? stop.current?.abort() : setAsked(null))}
                data-autofocus
              >
                {t(act.isPending ? 'bulk.stop' : 'bulk.not')}
              </Button>
              <Button
                color={asked === 'remove' ? 'red' : ''}
                loading={act.isPending}
                onClick={() => act.mutate({ act: asked, names: jobs.map(({ name }) => name) })}
              >
                {t(`bulk.do.${asked}`, { count: jobs.length })}
              </Button>
            </Group>
          </Stack>
        )}
      </Dialog>
    </>
  );
}

/** A host that has two of them has two. */
function tasksOf(jobs: readonly Job[]): number {
  return jobs.reduce((sum, { assignments }) => sum + assignments.total, 0);
}

function Names({ names }: { names: readonly string[] }) {
  const { t } = useWords();
  return (
    <List size="sm" className="mono">
      {names.slice(0, named).map((name) => (
        <List.Item key={name} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </List.Item>
      ))}
      {names.length > named && <List.Item>{t('bulk.more', { n: names.length - named })}</List.Item>}
    </List>
  );
}

interface OutcomeProps {
  readonly act: BulkAct;
  readonly outcome: BulkOutcome;
  readonly isPending: boolean;
  readonly onOverride: (names: readonly string[], reason: string) => void;
  readonly onClose: () => void;
}

function Outcome({ act, outcome, isPending, onOverride, onClose }: OutcomeProps) {
  const { t } = useWords();
  const failureText = useFailureText();
  const { done, failed, left } = outcome;
  const frozen = failed.filter(({ error }) => isFrozen(error));
  const wrong = failed.filter(({ error }) => !isFrozen(error));
  const told = useRef<HTMLDivElement>(null);
  // What was pressed may be gone from the page, and the focus with it.
  useEffect(() => {
    if (isFocusFree(document)) told.current?.focus();
  }, []);
  return (
    <>
      {(done.length > 0 || wrong.length > 0 || left.length > 0) && (
        <Alert
          ref={told}
          tabIndex={-1}
          color={wrong.length > 0 ? 'red' : left.length > 0 ? 'yellow' : 'teal'}
          variant="light"
          role="status"
          withCloseButton
          closeButtonLabel={t('common.close')}
          onClose={onClose}
        >
          <Text size="sm">{t(`bulk.done.${act}`, { count: done.length })}</Text>
          {left.length > 0 && <Text size="sm">{t('bulk.left', { count: left.length })}</Text>}
          {wrong.slice(0, named).map(({ name, error }) => (
            <Text key={name} size="sm" style={{ overflowWrap: 'anywhere' }}>
              {name}: {failureText(error)}
            </Text>
          ))}
          {wrong.length > named && <Text size="sm">{t('bulk.more', { n: wrong.length - named })}</Text>}
        </Alert>
      )}
      {frozen.length > 0 && (
        <FrozenFailure
          error={frozenTogether(frozen.map(({ error }) => error))}
          isPending={isPending}
          onOverride={(reason) =>
            onOverride(
              frozen.map(({ name }) => name),
              reason,
            )
          }
        />
      )}
    </>
  );
}
