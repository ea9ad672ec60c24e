import { describeDuration } from '@carillon/core/job/describe-schedule';
import { Alert, List, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { localTime } from '../../lib/times.js';
import type { PreviewData } from './preview-data.js';

/** The freeze that would refuse it now, and which hosts get it first. */
export function RolloutPreview({ data: { rollout, frozen } }: { data: PreviewData }) {
  const { t } = useWords();
  return (
    <>
      {frozen && (
        <Alert color="yellow" title={t('editor.frozen', { freeze: frozen.freeze, at: localTime(frozen.until) })}>
          {frozen.reason}
        </Alert>
      )}
      {rollout && (
        <div>
          <Text size="sm" fw={600}>
            {t('editor.rings')}
          </Text>
          <List type="ordered" size="sm" aria-label={t('editor.rings')}>
            {rollout.rings.map(({ ring, count, hosts }) => (
              <List.Item key={ring} style={{ overflowWrap: 'anywhere' }}>
                {t('editor.ring', { ring, n: count })}{' '}
                <span className="mono">{hosts.join(', ') + (count > hosts.length ? ' …' : '')}</span>
              </List.Item>
            ))}
          </List>
          <Text size="sm" c="dimmed">
            {t('editor.soak', { time: describeDuration(rollout.soakMs) })}
          </Text>
        </div>
      )}
    </>
  );
}
