import type { CommandState } from '@carillon/core/state/states';
import { Badge, Group, Text } from '@mantine/core';
import { Failure } from '../../components/failure.js';
import { HostLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { useWords, type Word } from '../../i18n/index.js';
import { type Command, useCommand } from './use-command.js';

const colors: Record<CommandState, string> = {
  queued: 'gray',
  delivered: 'blue',
  accepted: 'blue',
  done: 'teal',
  rejected: 'red',
  expired: 'orange',
  indeterminate: 'orange',
};

/** Refusals that have words of their own, by the agent's code. */
const refusals: Record<string, Word> = {
  not_registered: 'command.why.not_registered',
  not_running: 'command.why.not_running',
  still_running: 'command.why.still_running',
  not_started: 'command.why.not_started',
  agent_restarted: 'command.why.agent_restarted',
  runner_died: 'command.why.runner_died',
  not_delivered: 'command.why.not_delivered',
  no_answer: 'command.why.no_answer',
};

/** What became of one order to one host, as it becomes it. */
export function CommandLine({ id }: { id: string }) {
  const command = useCommand(id);
  if (command.data) return <Told command={command.data} />;
  return command.isError ? <Failure error={command.error} /> : null;
}

function Told({ command: { host, action, state, code, message, runId } }: { command: Command }) {
  const { t } = useWords();
  const known = code === null ? undefined : refusals[code];
  const why = known ? t(known) : [code, message].filter(Boolean).join(': ');
  return (
    <Group gap="sm" wrap="wrap" data-command={state}>
      <HostLink name={host} />
      <Badge color={colors[state]} variant="light" size="sm" tt="none">
        {t(`command.${state}`)}
      </Badge>
      {why && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
      {action === 'run' && state === 'done' && runId && (
        <PageLink to="/runs/$id" params={{ id: runId }}>
          {t('command.toRun')}
        </PageLink>
      )}
    </Group>
  );
}
