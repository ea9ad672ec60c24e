import { Badge, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from '../../components/failure.js';
import { HostLink } from '../../components/links.js';
import { useWords } from '../../i18n/index.js';
import { commandColors, useCommandWhy } from './command-words.js';
import { type Command, useCommand } from './use-command.js';

/** An order to one host, told anew as it becomes something else; or why nothing is known of it. */
export function FollowedCommand({ id, children }: { id: string; children: (command: Command) => ReactNode }) {
  const command = useCommand(id);
  if (command.data) return children(command.data);
  return command.isError ? <Failure error={command.error} /> : null;
}

interface HeadProps {
  readonly command: Command;
  /** In the place of how the order itself stands. */
  readonly verdict?: { readonly color: string; readonly text: string } | undefined;
  readonly children?: ReactNode;
}

/** Its host, how it stands, and why where it was refused or lost. */
export function CommandHead({ command, verdict, children }: HeadProps) {
  const { t } = useWords();
  const why = useCommandWhy(command);
  const { host, state } = command;
  return (
    <>
      <HostLink name={host} />
      <Badge color={verdict?.color ?? commandColors[state]} variant="light" size="sm" tt="none">
        {verdict?.text ?? t(`command.${state}`)}
      </Badge>
      {children}
      {!verdict && why && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
    </>
  );
}
