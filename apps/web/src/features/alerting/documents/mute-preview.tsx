import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../../../components/page-link.js';
import { useWords } from '../../../i18n/index.js';
import { type Titled, useServerText } from '../../../i18n/use-server-text.js';
import { call } from '../../../lib/api.js';

/** What a silence or a window would mute at this moment, whatever its times. @param raw null: it cannot be read yet */
export function useMutePreview(raw: Record<string, unknown> | null) {
  return useQuery({
    queryKey: [alertDocumentRoutes.preview.path, JSON.stringify(raw)],
    queryFn: ({ signal }) => call(alertDocumentRoutes.preview, { body: { document: raw ?? {} } }, signal),
    enabled: raw !== null,
    retry: false,
  });
}

interface Muted {
  readonly incidents: readonly (Titled & { readonly number: number })[];
  readonly incidentsTotal: number;
  readonly alerts: number;
}

/** Incidents that are muted, the first by name. */
export function MutedIncidents({ muted: { incidents, incidentsTotal, alerts } }: { muted: Muted }) {
  const { t } = useWords();
  const { titleText } = useServerText();
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {t('silence.mutes', { incidents: incidentsTotal, count: alerts })}
      </Text>
      {incidents.map((incident) => (
        <PageLink key={incident.number} to="/incidents/$number" params={{ number: String(incident.number) }} truncate>
          #{incident.number} {titleText(incident)}
        </PageLink>
      ))}
      {incidentsTotal > incidents.length && (
        <Text size="sm" c="dimmed">
          {t('incidents.andMore', { n: incidentsTotal - incidents.length })}
        </Text>
      )}
    </Stack>
  );
}
