import type { SpreadMove, SpreadSuggestion } from '@carillon/core/load/suggest-spread';
import { Alert, Group, List, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { useWords } from '../../i18n/index.js';
import { shortCount } from './heat-grid.js';

/** What would flatten an hour, from how much to how much. */
export function Suggestion({ found: { moves, peakBefore, peakAfter } }: { found: SpreadSuggestion }) {
  const { t } = useWords();
  if (moves.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t(peakBefore > 1 ? 'heatmap.noSuggestion' : 'heatmap.even')}
      </Text>
    );
  return (
    <Alert color="orange" variant="light" title={t('heatmap.suggestion')}>
      <Group gap={6} mb="xs">
        <Text size="sm">{t('heatmap.peak')}</Text>
        <Text size="lg" fw={700}>
          {shortCount(peakBefore)}
        </Text>
        <IconArrowRight size={16} aria-hidden />
        <Text size="lg" fw={700} c="teal">
          {shortCount(peakAfter)}
        </Text>
      </Group>
      <List size="sm" spacing={4}>
        {moves.map((move) => (
          <List.Item key={move.job}>
            <Move move={move} />
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Move({ move: { job, kind, minutes, peak } }: { move: SpreadMove }) {
  const { t } = useWords();
  return (
    <Group gap={8}>
      <JobLink name={job} />
      <Text size="sm">{t(`heatmap.move.${kind}`, { count: minutes })}</Text>
      <Text size="sm" c="dimmed">
        {t('heatmap.thenPeak', { n: shortCount(peak) })}
      </Text>
      <PageLink
        to="/jobs/$name/edit"
        params={{ name: job }}
        search={kind === 'spread' ? { jitter: `${minutes}m` } : { later: minutes }}
        aria-label={t('heatmap.applyTo', { job })}
      >
        {t('heatmap.apply')}
      </PageLink>
    </Group>
  );
}
