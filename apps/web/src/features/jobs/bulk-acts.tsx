import { Alert, Button, Group, List, Modal, Paper, Progress, Stack, Text } from '@mantine/core';
import { IconPlayerPlay, IconPower, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useFailureText } from '../../components/failure-text.js';
import { useWords } from '../../i18n/index.js';
import { useOnce } from '../../lib/use-once.js';
import { actOnAll, type BulkAct, type BulkOutcome } from './bulk.js';
import type { Job } from './job-shapes.js';

/** Names told before the rest is counted. */
const named = 12;

/** What can be done to the marked jobs, each after a question that names them. */
export function BulkActs({ jobs, onDone }: { jobs: readonly Job[]; onDone: () => void }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<BulkAct | null>(null);
  const [tried, setTried] = useState(0);
  const client = useQueryClient();
  const act = useOnce({
    mutationFn: (chosen: BulkAct) =>
      actOnAll(
        chosen,
        jobs.map(({ name }) => name),
        setTried,
      ),
    onMutate: () => setTried(0),
    onSuccess: async ({ failed }) => {
      setAsked(null);
      if (failed.length === 0) onDone();
      await client.invalidateQueries();
    },
  });
  return (
    <>
      {act.data && act.variables && <Outcome act={act.variables} outcome={act.data} onClose={act.reset} />}
      {jobs.length > 0 && (
        <Paper withBorder p="xs" role="toolbar" aria-label={t('bulk.title')}>
          <Group gap="xs">
            <Text size="sm" fw={600} mr="xs">
              {t('bulk.marked', { count: jobs.length })}
            </Text>
            <Button size="xs" leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={() => setAsked('run')}>
              {t('jobs.runNow')}
            </Button>
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
            <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
              {t('bulk.clear')}
            </Button>
          </Group>
        </Paper>
      )}
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked && t(`bulk.ask.${asked}`, { count: jobs.length })}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {asked && (
          <Stack gap="sm">
            <Text size="sm">{t(`bulk.means.${asked}`, { count: hostsOf(jobs) })}</Text>
            <Names names={jobs.map(({ name }) => name)} />
            {act.isPending && (
              <Progress value={(tried / Math.max(1, jobs.length)) * 100} aria-label={t('bulk.progress')} />
            )}
            <Group justify="end">
              <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
                {t('bulk.not')}
              </Button>
              <Button color={asked === 'remove' ? 'red' : ''} loading={act.isPending} onClick={() => act.mutate(asked)}>
                {t(`bulk.do.${asked}`, { count: jobs.length })}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}

function hostsOf(jobs: readonly Job[]): number {
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

function Outcome({ act, outcome, onClose }: { act: BulkAct; outcome: BulkOutcome; onClose: () => void }) {
  const { t } = useWords();
  const failureText = useFailureText();
  const { done, failed } = outcome;
  return (
    <Alert
      color={failed.length > 0 ? 'red' : 'teal'}
      variant="light"
      role="status"
      withCloseButton
      closeButtonLabel={t('common.close')}
      onClose={onClose}
    >
      <Text size="sm">{t(`bulk.done.${act}`, { count: done.length })}</Text>
      {failed.slice(0, named).map(({ name, error }) => (
        <Text key={name} size="sm">
          {name}: {failureText(error)}
        </Text>
      ))}
      {failed.length > named && <Text size="sm">{t('bulk.more', { n: failed.length - named })}</Text>}
    </Alert>
  );
}
