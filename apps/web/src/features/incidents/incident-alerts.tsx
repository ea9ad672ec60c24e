import { Table, Text } from '@mantine/core';
import { Empty } from '../../components/empty.js';
import { ExportRows } from '../../components/export-button.js';
import { HostLink, JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { AlertBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import type { Incident } from './incident-shapes.js';

/** What an incident consists of, what still fires first. */
export function IncidentAlerts({ incident: { number, alerts, spread } }: { incident: Incident }) {
  const { t } = useWords();
  const { reasonText } = useServerText();
  if (alerts.length === 0) return <Empty text={t('incidents.noAlerts')} />;
  const head = [
    t('common.state'),
    t('runs.job'),
    t('runs.host'),
    t('incidents.why'),
    t('incidents.since'),
    t('incidents.run'),
  ];
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={t('incidents.alerts')}>
          <Table.Thead>
            <Table.Tr>
              {head.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {alerts.map(({ id, state, job, host, what, reason, since, runId }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <AlertBadge state={state} />
                </Table.Td>
                <Table.Td>{job ? <JobLink name={job} /> : '–'}</Table.Td>
                <Table.Td>{host ? <HostLink name={host} /> : '–'}</Table.Td>
                <Table.Td className="wrap" miw={240}>
                  {what ? `${what}: ` : ''}
                  {reasonText(reason)}
                </Table.Td>
                <Table.Td>
                  <When at={since} />
                </Table.Td>
                <Table.Td>
                  {runId ? (
                    <PageLink to="/runs/$id" params={{ id: runId }}>
                      {t('incidents.run')}
                    </PageLink>
                  ) : (
                    '–'
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name={`alerts-of-incident-${number}`} rows={alerts} />
      {spread.total > alerts.length && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('incidents.andMore', { n: spread.total - alerts.length })}
        </Text>
      )}
    </>
  );
}
