import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { RolloutCard } from './rollout-card.js';

/** Of more, the page of each job tells. */
const shown = 10;

/** Versions of jobs on their way; nothing where there is none. */
export function RolloutsUnderWay() {
  const { t } = useWords();
  const { data } = useQuery(query(rolloutRoutes.list, { underWay: 'true', limit: shown }, 5_000));
  if (!data || data.items.length === 0) return null;
  return (
    <Section title={t('rollout.underWay')}>
      <Stack gap="lg">
        {data.items.map((rollout) => (
          <RolloutCard key={rollout.id} rollout={rollout} withJob />
        ))}
      </Stack>
    </Section>
  );
}
