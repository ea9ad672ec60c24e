import { nothingTold, withTold } from '@carillon/core/run/told-line';
import { Progress, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Facts } from '../../components/facts.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { plainText } from '../../lib/plain-text.js';
import { useLines } from './use-lines.js';
import type { OutputPiece } from './use-output.js';

interface Props {
  readonly pieces: readonly OutputPiece[];
  readonly running: boolean;
}

/** How far a run is, and what it handed over, as its output says: see docs/writing-jobs.md. Nothing where it says neither. */
export function RunTold({ pieces, running }: Props) {
  const { t } = useWords();
  const lines = useLines(pieces, 'both');
  const { progress, result } = useMemo(
    () =>
      withTold(
        nothingTold,
        lines.map(({ text }) => text),
      ),
    [lines],
  );
  // How far a run was is of no use once it is over.
  const shown = running ? progress : null;
  if (!shown && !result) return null;
  return (
    <Section title={result ? t('runs.result') : t('runs.progress')}>
      <Stack gap="sm">
        {shown && (
          <div>
            <Progress value={shown.percent} aria-label={t('runs.progress')} />
            <Text size="sm" mt={4}>
              {shown.percent} % <bdi>{plainText(shown.text)}</bdi>
            </Text>
          </div>
        )}
        {result && (
          <Facts
            items={Object.entries(result).map(([name, value]) => [
              plainText(name),
              <bdi key={name}>{plainText(typeof value === 'string' ? value : JSON.stringify(value))}</bdi>,
            ])}
          />
        )}
      </Stack>
    </Section>
  );
}
