import type { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Alert, Badge, Stack } from '@mantine/core';
import { useWords, type Word } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';

export type Concern = Response<typeof hostRoutes.list>['items'][number]['concerns'][number];

/** What should be known of a host, as badges in a row of the list. */
export function ConcernBadges({ concerns }: { concerns: readonly Concern[] }) {
  const { t } = useWords();
  return concerns.map((concern) => (
    <Badge key={concern.code} color="orange" variant="light" size="sm" tt="none">
      {t(`concern.${concern.code}` satisfies Word)}
    </Badge>
  ));
}

/** The same in full sentences. */
export function ConcernAlerts({ concerns }: { concerns: readonly Concern[] }) {
  const { t } = useWords();
  const text = useConcernText();
  if (concerns.length === 0) return null;
  return (
    <Stack gap="xs">
      {concerns.map((concern) => (
        <Alert key={concern.code} color="orange" title={t(`concern.${concern.code}` satisfies Word)}>
          {text(concern)}
        </Alert>
      ))}
    </Stack>
  );
}

function useConcernText(): (concern: Concern) => string {
  const { t } = useWords();
  const { saidText } = useServerText();
  return (concern) => {
    switch (concern.code) {
      case 'spool_lost':
        return t('concern.spool_lost.text', {
          results: String(concern.runEvents),
          outputs: String(concern.outputRuns),
          others: String(concern.otherEvents),
        });
      case 'disk':
        return saidText(concern.message);
      case 'copy':
        return t('concern.copy.text', { hostname: concern.hostname });
      case 'clock': {
        const seconds = String(Math.round(Math.abs(concern.aheadMs) / 1_000));
        return t(concern.aheadMs < 0 ? 'concern.clock.behind' : 'concern.clock.ahead', { seconds });
      }
    }
  };
}
