import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import { useQuery } from '@tanstack/react-query';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { RolloutCard } from './rollout-card.js';

/** The version of a job that is on its way, or was the last that could be taken back; nothing where there is none. */
export function JobRollout({ job }: { job: string }) {
  const { t } = useWords();
  const { data } = useQuery(query(rolloutRoutes.get, { name: job }, 5_000));
  const rollout = data?.rollout;
  if (!rollout || (rollout.state !== 'running' && rollout.state !== 'halted' && !rollout.canRollBack)) return null;
  return (
    <Section title={t('rollout.title')}>
      <RolloutCard rollout={rollout} />
    </Section>
  );
}
