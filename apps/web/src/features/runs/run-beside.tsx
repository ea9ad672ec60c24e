import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { isBadRun } from '@carillon/core/state/states';
import { Group, Table, Text } from '@mantine/core';
import { ExportRows } from '../../components/export-button.js';
import { HostLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { duration } from '../../lib/times.js';

type Beside = Response<typeof runRoutes.beside>;

/** The same job on other hosts at that time, bad ones first. */
export function RunElsewhere({ beside: { elsewhere, elsewhereTotal } }: { beside: Beside }) {
  const { t } = useWords();
  if (elsewhere.length === 0) return null;
  const bad = elsewhere.filter(({ state }) => isBadRun(state)).length;
  const rest = elsewhereTotal - elsewhere.length;
  return (
    <Section
      title={t('runs.elsewhere')}
      aside={
        <Text size="sm" c={bad > 0 ? 'red' : 'dimmed'}>
          {t('runs.elsewhereBad', { bad, count: elsewhereTotal })}
        </Text>
      }
    >
      <Table.ScrollContainer minWidth={480} mah={320}>
        <Table aria-label={t('runs.elsewhere')} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('runs.host')}</Table.Th>
              <Table.Th>{t('common.state')}</Table.Th>
              <Table.Th>{t('runs.exit')}</Table.Th>
              <Table.Th>{t('runs.took')}</Table.Th>
              <Table.Th>{t('runs.started')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {elsewhere.map((run) => (
              <Table.Tr key={run.id}>
                <Table.Td>
                  <HostLink name={run.host} />
                </Table.Td>
                <Table.Td>
                  <RunBadge state={run.state} />
                </Table.Td>
                <Table.Td className="mono">{run.exitCode ?? '–'}</Table.Td>
                <Table.Td>{run.durationMs === null ? '–' : duration(run.durationMs)}</Table.Td>
                <Table.Td>
                  <PageLink to="/runs/$id" params={{ id: run.id }}>
                    <When at={run.startedAt} zone={run.timezone} />
                  </PageLink>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name="runs-on-other-hosts" rows={elsewhere} />
      {rest > 0 && (
        <Text size="xs" c="dimmed">
          {t('incidents.andMore', { n: rest })}
        </Text>
      )}
    </Section>
  );
}

/** To the runs of the job just before and after it on this host. */
export function RunNeighbours({ beside: { previous, next } }: { beside: Beside }) {
  const { t } = useWords();
  return (
    <Group gap="md">
      {previous && (
        <PageLink to="/runs/$id" params={{ id: previous.id }}>
          ← {t('runs.previous')} ({t(`run.${previous.state}`)})
        </PageLink>
      )}
      {next && (
        <PageLink to="/runs/$id" params={{ id: next.id }}>
          {t('runs.next')} ({t(`run.${next.state}`)}) →
        </PageLink>
      )}
    </Group>
  );
}
