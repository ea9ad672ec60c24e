import { type DryRunVerdict, dryRunVerdicts } from '@carillon/core/run/dry-run';
import { Code, Group, Loader, Stack } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { CommandHead, FollowedCommand } from './followed-command.js';
import { type Command, mayChange } from './use-command.js';

const colors: Record<DryRunVerdict, string> = {
  would_run: 'teal',
  would_wait: 'blue',
  would_skip: 'orange',
  would_fail: 'red',
};

/** What one host says that a start would do, as soon as it has said it. */
export function DryRunAnswer({ id }: { id: string }) {
  return <FollowedCommand id={id}>{(command) => <Told command={command} />}</FollowedCommand>;
}

/** Lines of ours in the reader's language; the rest is anybody's text. */
function Told({ command }: { command: Command }) {
  const { t } = useWords();
  const { dryRunText } = useServerText();
  const { host, state, code, answer } = command;
  const verdict = state === 'done' ? dryRunVerdicts.find((each) => each === code) : undefined;
  return (
    <Stack gap={6} data-command={state} data-verdict={verdict}>
      <Group gap="sm" wrap="wrap">
        <CommandHead command={command} verdict={verdict && { color: colors[verdict], text: t(`dryRun.${verdict}`) }}>
          {mayChange(command) && <Loader size="xs" aria-hidden />}
        </CommandHead>
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
