import { Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { plainText } from '../../lib/plain-text.js';
import type { RunSummary } from './run-rows.js';

/** A piece of output around the words that were searched for, which are marked. */
export function FoundText({ found }: { found: RunSummary['found'] }) {
  const { t } = useWords();
  if (!found) {
    return (
      <Text size="xs" c="dimmed">
        {t('runs.foundElsewhere')}
      </Text>
    );
  }
  const { stream, before, words, after } = found;
  return (
    <Text size="xs" className="found" title={`${stream}: ${before}${words}${after}`} data-stream={stream}>
      <bdi>
        {plainText(before)}
        <mark>{plainText(words)}</mark>
        {plainText(after)}
      </bdi>
    </Text>
  );
}
