import { type DryRunVerdict, dryRunVerdicts } from '@carillon/core/run/dry-run';
import { Badge, Code, Group, Loader, Stack, Text } from '@mantine/core';
import { Failure } from '../../components/failure.js';
import { HostLink } from '../../components/links.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { commandColors, useCommandWhy } from './command-words.js';
import { type Command, mayChange, useCommand } from './use-command.js';

const colors: Record<DryRunVerdict, string> = {
  would_run: 'teal',
  would_wait: 'blue',
  would_skip: 'orange',
  would_fail: 'red',
};

/** What one host says that a start would do, as soon as it has said it. */
export function DryRunAnswer({ id }: { id: string }) {
  const command = useCommand(id);
  if (command.data) return <Told command={command.data} />;
  return command.isError ? <Failure error={command.error} /> : null;
}

/** Lines of ours in the reader's language; the rest is anybody's text. */
function Told({ command }: { command: Command }) {
  const { t } = useWords();
  const why = useCommandWhy(command);
  const { dryRunText } = useServerText();
  const { host, state, code, answer } = command;
  const verdict = state === 'done' ? dryRunVerdicts.find((each) => each === code) : undefined;
  return (
    <Stack gap={6} data-command={state} data-verdict={verdict}>
      <Group gap="sm" wrap="wrap">
        <HostLink name={host} />
        <Badge color={verdict ? colors[verdict] : commandColors[state]} variant="light" size="sm" tt="none">
          {verdict ? t(`dryRun.${verdict}`) : t(`command.${state}`)}
        </Badge>
        {mayChange(command) && <Loader size="xs" aria-hidden />}
        {!verdict && why && (
          <Text size="sm" c="dimmed">
            {why}
          </Text>
        )}
      </Group>
      {answer && (
        <Code
          block
          mah={420}
          style={{ overflowY: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
          tabIndex={0}
          role="region"
          aria-label={t('job.dryRunSays', { host })}
        >
          {dryRunText(answer)}
        </Code>
      )}
    </Stack>
  );
}
