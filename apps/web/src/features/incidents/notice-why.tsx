import { Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { PageLink } from '../../components/page-link.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import type { Incident } from './incident-shapes.js';
import { timelineQuery } from './timeline-query.js';

/** Why these were told, or why nobody was: the way that was chosen, what keeps it quiet, when it is looked at next. */
export function NoticeWhy({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const { logText, muteText } = useServerText();
  const log = useInfiniteQuery(timelineQuery(incident.number));
  const { muted, state, notices, nextLookAt } = incident;
  const way = log.data?.pages.flatMap(({ items }) => items).findLast(({ stage }) => stage === 'route');
  const isQuiet = muted !== null && state !== 'resolved';
  const isDue = notices.length === 0 && state === 'firing' && !isQuiet && nextLookAt !== null;
  return (
    <Stack gap={2} mb="sm">
      {notices.length === 0 && <Text size="sm">{t('incidents.noNotices')}</Text>}
      {isQuiet && (
        <Text size="sm">
          {t('incidents.nobodyTold')}: {muteText(muted)}
        </Text>
      )}
      {way && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('incidents.wayTaken')} {logText(way)} ·{' '}
          <PageLink to="/alerting/routes" underline="always">
            {t('nav.routes')}
          </PageLink>
        </Text>
      )}
      {isDue && (
        <Text size="sm">
          {t('incidents.firstAt')} <When at={nextLookAt} />
        </Text>
      )}
    </Stack>
  );
}
