import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { Text } from '@mantine/core';
import { useWords, type Word } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';

type Run = Response<typeof runRoutes.get>;

const reasons: Record<string, Word> = {
  timeout: 'reason.timeout',
  stopped_by_command: 'reason.stopped_by_command',
  stopped_by_host: 'reason.stopped_by_host',
  stopped_by_replacement: 'reason.stopped_by_replacement',
  secret_missing: 'reason.secret_missing',
  secret_unreadable: 'reason.secret_unreadable',
  paused: 'reason.paused',
  overlap: 'reason.overlap',
  queue_full: 'reason.queue_full',
  not_replaced: 'reason.not_replaced',
  condition_cpu: 'reason.condition_cpu',
  condition_memory: 'reason.condition_memory',
  condition_file: 'reason.condition_file',
  program_not_found: 'reason.program_not_found',
  working_directory_or_program_not_found: 'reason.working_directory_or_program_not_found',
  not_executable: 'reason.not_executable',
  runner_lost: 'reason.runner_lost',
  forgotten: 'reason.forgotten',
  host_retired: 'reason.host_retired',
  logon_failed: 'reason.logon_failed',
  not_logged_on: 'reason.not_logged_on',
  launch_failed: 'reason.launch_failed',
  runner_failed: 'reason.runner_failed',
  service_busy: 'reason.service_busy',
  refused: 'reason.refused',
};

/** How a run ended, in words; null when its exit code says all there is. A reason we have no words for stands as it is. */
export function useReason() {
  const { t } = useWords();
  return (reason: string | null): string | null => {
    if (reason === null || reason === 'exit_code') return null;
    const word = reasons[reason];
    return word ? t(word) : reason;
  };
}

/** The number as programs and as Windows write it, and what it is known to mean. */
export function ExitCode({ exit }: { exit: Run['exit'] }) {
  const { exitText } = useServerText();
  if (!exit) return '–';
  return (
    <>
      <span className="mono">
        {exit.unsigned} ({exit.hex})
      </span>
      <Text size="xs" c="dimmed">
        {exit.name ? `${exit.name}: ` : ''}
        {exitText(exit)}
      </Text>
    </>
  );
}
