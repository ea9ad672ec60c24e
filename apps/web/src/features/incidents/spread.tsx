import { Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { HostLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { useWords } from '../../i18n/index.js';
import { exitCodeOf, type RunFilter } from '../runs/run-filter.js';
import type { IncidentSummary } from './incident-shapes.js';

type SpreadOf = IncidentSummary['spread'];

/** Of each kind, the most frequent. */
const shown = 6;

/** How far an incident reaches, and what the concerned have in common. */
export function Spread({ spread, job }: { spread: SpreadOf; job: string | undefined }) {
  const { t } = useWords();
  const { firing, total, hosts, hostsOfJob, byExitCode, byVersion, byLabel, examples } = spread;
  return (
    <Stack gap="md">
      <Group gap="lg">
        <Text size="sm">{t('incidents.firingOf', { firing, count: total })}</Text>
        {hosts > 0 && (
          <Text size="sm">
            {hostsOfJob === null
              ? t('incidents.hosts', { count: hosts })
              : t('incidents.hostsOf', { n: hosts, count: hostsOfJob })}
          </Text>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Shares
          title={t('incidents.byExitCode')}
          counts={byExitCode}
          total={total}
          searchOf={(exit) => (exitCodeOf(exit) === undefined ? undefined : { job, exit })}
        />
        <Shares title={t('incidents.byVersion')} counts={byVersion} total={total} prefix="v" />
        <Shares
          title={t('incidents.byLabel')}
          counts={byLabel}
          total={total}
          searchOf={(label) => ({ job, label, bad: true })}
        />
      </SimpleGrid>
      {examples.length > 0 && (
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {t('incidents.examples')}
          </Text>
          {examples.map((name) => (
            <HostLink key={name} name={name} />
          ))}
        </Group>
      )}
    </Stack>
  );
}

interface SharesProps {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  readonly prefix?: string;
  /** The runs behind a row, where there is a list of them. */
  readonly searchOf?: (name: string) => RunFilter | undefined;
}

function Shares({ title, counts, total, prefix = '', searchOf }: SharesProps) {
  const rows = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown);
  if (rows.length === 0) return null;
  return (
    <Stack gap={6} role="group" aria-label={title}>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      {rows.map(([name, count]) => (
        <div key={name}>
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <Name text={`${prefix}${name}`} search={searchOf?.(name)} />
            <Text size="sm" c="dimmed">
              {count}
            </Text>
          </Group>
          <Progress value={total > 0 ? (100 * count) / total : 0} size="xs" aria-label={`${name}: ${count}`} />
        </div>
      ))}
    </Stack>
  );
}

function Name({ text, search }: { text: string; search: RunFilter | undefined }) {
  const look = { className: 'mono', truncate: true, title: text } as const;
  return search ? (
    <PageLink to="/runs" search={search} {...look}>
      {text}
    </PageLink>
  ) : (
    <Text size="sm" {...look}>
      {text}
    </Text>
  );
}
