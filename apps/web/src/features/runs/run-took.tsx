import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { isRunUnderWay } from '@carillon/core/state/states';
import { Badge, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useWords } from '../../i18n/index.js';
import { onSharedNow, sharedNow } from '../../lib/shared-now.js';
import { duration } from '../../lib/times.js';
import { againstUsual, type Usual } from './usual.js';

type Run = Response<typeof runRoutes.get>;

/** How long it took, or runs already, and how long it usually takes on this host. */
export function RunTook({ run, usual }: { run: Run; usual: Usual | null }) {
  const { t } = useWords();
  const nowMs = useSyncExternalStore(onSharedNow, sharedNow);
  const ms = isRunUnderWay(run.state) ? Math.max(0, nowMs - Date.parse(run.startedAt)) : run.durationMs;
  const how = ms === null || run.state === 'skipped' ? null : againstUsual(ms, usual);
  return (
    <>
      {ms === null ? '–' : duration(ms)}{' '}
      {(how === 'longer' || (how === 'shorter' && run.durationMs !== null)) && (
        <Badge color="orange" variant="light" size="sm" tt="none">
          {t(`runs.${how}`)}
        </Badge>
      )}
      {usual && (
        <Text size="xs" c="dimmed" title={t('runs.usualMeans', { count: usual.runs })}>
          {t('runs.usually', { from: duration(usual.medianMs), to: duration(usual.p95Ms) })}
        </Text>
      )}
    </>
  );
}
