import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import { alertSeverities } from '@carillon/core/state/states';
import { Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { ExportRows } from '../../components/export-button.js';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { SeverityBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery, query } from '../../lib/api.js';
import { DocumentLink } from '../alerting/documents/document-link.js';
import { whenWords } from '../alerting/policies/when-words.js';
import { IncidentRow, useIncidentHead } from '../incidents/incident-rows.js';

const page = { limit: 20 } as const;

/** What was told about a job, and what would be: its incidents, newest first, and the policies that watch it. */
export function JobAlerts({ job }: { job: string }) {
  const { t } = useWords();
  const incidents = useInfiniteQuery(pagedQuery(incidentRoutes.list, { job, ...page }, 10_000));
  const head = useIncidentHead();
  return (
    <>
      <Section
        title={t('nav.incidents')}
        aside={
          <PageLink to="/incidents" search={{ job, state: 'all' }}>
            {t('now.allIncidents')}
          </PageLink>
        }
      >
        <PagedTable
          query={incidents}
          label={t('nav.incidents')}
          head={head}
          row={(incident) => <IncidentRow key={incident.id} incident={incident} />}
          empty={<Empty text={t('job.noIncidents')} />}
          csv={{ name: `incidents-of-${job}`, route: incidentRoutes.list, request: { job } }}
        />
      </Section>
      <Policies job={job} />
    </>
  );
}

function Policies({ job }: { job: string }) {
  const { t } = useWords();
  const policies = useQuery(query(jobRoutes.alertPolicies, { limit: limits.pageItems.max }, 60_000));
  return (
    <Section title={t('job.policies')}>
      <Loaded query={policies}>
        {({ items }) => {
          const own = items.filter(({ jobs }) => jobs.includes(job));
          if (own.length === 0) return <Empty text={t('job.noPolicies')} />;
          return (
            <>
              <Table.ScrollContainer minWidth={480}>
                <Table aria-label={t('job.policies')}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('incidents.policy')}</Table.Th>
                      <Table.Th>{t('incidents.severity')}</Table.Th>
                      <Table.Th>{t('job.alertWhen')}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {own.map(({ name, severity, description, when }) => (
                      <Table.Tr key={name}>
                        <Table.Td className="wrap">
                          <DocumentLink kind="AlertPolicy" name={name} />
                          {description && (
                            <Text size="xs" c="dimmed">
                              {description}
                            </Text>
                          )}
                        </Table.Td>
                        <Table.Td>
                          <Severity severity={severity} />
                        </Table.Td>
                        <Table.Td className="wrap">
                          <Stack gap={0}>
                            {whenWords(when, t).map((words) => (
                              <Text key={words} size="sm">
                                {words}
                              </Text>
                            ))}
                          </Stack>
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <ExportRows name={`policies-of-${job}`} rows={own} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Severity({ severity }: { severity: string }) {
  const known = alertSeverities.find((each) => each === severity);
  return known ? <SeverityBadge severity={known} /> : severity;
}
