import type { Response } from '@carillon/contract/http/route';
import type { sessionRoutes } from '@carillon/contract/http/session.routes';
import { Alert, Text } from '@mantine/core';
import { useTimes } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { duration } from '../../lib/times.js';

type Path = NonNullable<Response<typeof sessionRoutes.overview>['alertPath']>;

/** Whether a failure would be told now: the server tests it every few minutes. */
export function AlertPath({ path: { lastSuccessAt, tookMs, silentSince } }: { path: Path }) {
  const { t } = useWords();
  const { timeText } = useTimes();
  if (silentSince)
    return (
      <Alert color="red" title={t('overview.alertsSilent')}>
        {t('overview.alertsSilentSince', { at: timeText(silentSince) })}
      </Alert>
    );
  if (!lastSuccessAt || tookMs === null) return null;
  return (
    <Text size="sm" c="dimmed">
      {t('overview.alertsProved', { took: duration(tookMs), at: timeText(lastSuccessAt) })}
    </Text>
  );
}
