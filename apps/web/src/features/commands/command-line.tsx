import { Group } from '@mantine/core';
import { PageLink } from '../../components/page-link.js';
import { useWords } from '../../i18n/index.js';
import { CommandHead, FollowedCommand } from './followed-command.js';
import type { Command } from './use-command.js';

/** What became of one order to one host, as it becomes it. */
export function CommandLine({ id }: { id: string }) {
  return <FollowedCommand id={id}>{(command) => <Told command={command} />}</FollowedCommand>;
}

function Told({ command }: { command: Command }) {
  const { t } = useWords();
  const { action, state, runId } = command;
  return (
    <Group gap="sm" wrap="wrap" data-command={state}>
      <CommandHead command={command} />
      {action === 'run' && state === 'done' && runId && (
        <PageLink to="/runs/$id" params={{ id: runId }}>
          {t('command.toRun')}
        </PageLink>
      )}
    </Group>
  );
}
