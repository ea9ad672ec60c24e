import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../../../components/page-link.js';
import { useWords } from '../../../i18n/index.js';
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
  readonly incidents: readonly { readonly number: number; readonly title: string }[];
  readonly incidentsTotal: number;
  readonly alerts: number;
}

/** Incidents that are muted, the first by name. */
export function MutedIncidents({ muted: { incidents, incidentsTotal, alerts } }: { muted: Muted }) {
  const { t } = useWords();
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {t('silence.mutes', { incidents: incidentsTotal, count: alerts })}
      </Text>
      {incidents.map(({ number, title }) => (
        <PageLink key={number} to="/incidents/$number" params={{ number: String(number) }} truncate>
          #{number} {title}
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
