import { Badge, Group, Text } from '@mantine/core';
import { Failure } from '../../components/failure.js';
import { HostLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { useWords } from '../../i18n/index.js';
import { commandColors, useCommandWhy } from './command-words.js';
import { type Command, useCommand } from './use-command.js';

/** What became of one order to one host, as it becomes it. */
export function CommandLine({ id }: { id: string }) {
  const command = useCommand(id);
  if (command.data) return <Told command={command.data} />;
  return command.isError ? <Failure error={command.error} /> : null;
}

function Told({ command }: { command: Command }) {
  const { t } = useWords();
  const why = useCommandWhy(command);
  const { host, action, state, runId } = command;
  return (
    <Group gap="sm" wrap="wrap" data-command={state}>
      <HostLink name={host} />
      <Badge color={commandColors[state]} variant="light" size="sm" tt="none">
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
