import { Badge, Group, Progress, Stack, Text, Tooltip } from '@mantine/core';
import { PageLink } from '../../components/page-link.js';
import { useTimes, When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { ringsShown } from './ring-shares.js';
import type { Rollout } from './rollout.js';
import { RolloutActs } from './rollout-acts.js';

const colors = {
  running: 'blue',
  halted: 'red',
  done: 'teal',
  superseded: 'gray',
  rolled_back: 'orange',
  cancelled: 'gray',
} as const;

/** A version on its way: how far it is, why it is there, and what can be done about it. */
export function RolloutCard({ rollout, withJob = false }: { rollout: Rollout; withJob?: boolean }) {
  const { t } = useWords();
  const { job, version, baseVersion, state, open, rings, health } = rollout;
  const from = baseVersion === null ? t('rollout.none') : `v${baseVersion}`;
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="start">
        <Group gap="xs">
          {withJob && (
            <PageLink to="/jobs/$name" params={{ name: job }} style={{ overflowWrap: 'anywhere' }}>
              {job}
            </PageLink>
          )}
          <Text size="sm">
            {from} → v{version}
          </Text>
          <Badge color={colors[state]} variant="light" tt="none">
            {t(`rollout.state.${state}`)}
          </Badge>
          <Text size="sm" c="dimmed">
            {t('rollout.ring', { open, of: rings.length })} · <When at={rollout.openedAt} />
          </Text>
        </Group>
        <RolloutActs rollout={rollout} />
      </Group>
      <Progress.Root size="lg" aria-label={t('rollout.progress', { applied: health.applied, hosts: health.hosts })}>
        {ringsShown(rollout).map(({ ring, hosts, percent, done }, index) => (
          <Tooltip key={ring} label={t('rollout.ringHosts', { ring, n: hosts })}>
            <Progress.Section
              value={percent}
              color={index < open - 1 || done ? 'teal' : index < open ? colors[state] : 'gray.4'}
              aria-label={t('rollout.ringHosts', { ring, n: hosts })}
            />
          </Tooltip>
        ))}
      </Progress.Root>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {useReason(rollout)}
      </Text>
      <Text size="sm" c="dimmed">
        {t('rollout.figures', {
          applied: health.applied,
          hosts: health.hosts,
          failed: health.failed,
          offline: health.offline,
          runs: health.runs,
          bad: health.badRuns,
        })}
      </Text>
    </Stack>
  );
}

const known = ['failure_rate', 'waiting_for_applied', 'soaking', 'frozen', 'soaked', 'all_applied', 'halted'] as const;

/** Why it is where it is. Of a newer server's reason, its own words. */
function useReason({ reason }: Rollout): string {
  const { t } = useWords();
  const { timeText } = useTimes();
  if (!reason) return t('rollout.why.none');
  const code = known.find((each) => each === reason.code);
  if (!code) return reason.text;
  const figures: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(reason))
    if (typeof value === 'number' || typeof value === 'string') figures[name] = value;
  if (typeof reason.untilMs === 'number') figures.until = timeText(new Date(reason.untilMs).toISOString());
  if (code === 'halted' && figures.why !== undefined) return t('rollout.why.haltedWhy', figures);
  return t(`rollout.why.${code}`, figures);
}
