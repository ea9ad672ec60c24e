import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { isBadRun } from '@carillon/core/state/states';
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../../components/page-link.js';
import { IncidentBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import { incidentsAround } from './incidents-around.js';

type Run = Response<typeof runRoutes.get>;

/** Incidents that a run which went wrong belongs to: those of its job and its host that were open when it ended. */
export function RunIncidents({ run }: { run: Run }) {
  const { t } = useWords();
  const { titleText } = useServerText();
  const asked = { job: run.job, host: run.host, since: run.startedAt, limit: 20 };
  const found = useQuery({ ...query(incidentRoutes.list, asked, 15_000), enabled: isBadRun(run.state) });
  const incidents = incidentsAround(run, found.data?.items ?? []);
  if (incidents.length === 0) return null;
  return (
    <Group gap="md" role="note">
      {incidents.map((incident) => (
        <Group key={incident.number} gap={6} wrap="nowrap">
          <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
            {t('runs.incident')}
          </Text>
          <PageLink to="/incidents/$number" params={{ number: String(incident.number) }}>
            #{incident.number} {titleText(incident)}
          </PageLink>
          <IncidentBadge state={incident.state} />
        </Group>
      ))}
    </Group>
  );
}
