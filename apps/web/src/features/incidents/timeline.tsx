import type { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Group, Timeline as Line, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { MoreButton } from '../../components/more-button.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { timelineQuery } from './timeline-query.js';

type Entry = Response<typeof incidentRoutes.log>['items'][number];

const colors: Record<Entry['stage'], string> = {
  evaluate: 'red',
  group: 'blue',
  inhibit: 'gray',
  maintenance: 'gray',
  silence: 'gray',
  route: 'cyan',
  escalate: 'orange',
  deliver: 'teal',
  ticket: 'violet',
  person: 'grape',
};

/** Every decision about an incident, in the order in which they were made. */
export function Timeline({ number }: { number: number }) {
  const { t } = useWords();
  const { logText } = useServerText();
  const log = useInfiniteQuery(timelineQuery(number));
  if (log.data === undefined)
    return log.isError ? <Failure error={log.error} onRetry={() => void log.refetch()} /> : <Placeholder />;
  const entries = log.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) return <Empty text={t('incidents.noLog')} />;
  return (
    <Stack>
      <Line bulletSize={12} lineWidth={2} active={entries.length} role="list" aria-label={t('incidents.timeline')}>
        {entries.map((entry) => (
          <Line.Item key={entry.id} color={colors[entry.stage]} role="listitem" title={<Head entry={entry} />}>
            <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
              {logText(entry)}
            </Text>
          </Line.Item>
        ))}
      </Line>
      <MoreButton query={log} />
    </Stack>
  );
}

function Head({ entry: { at, stage, actor, code } }: { entry: Entry }) {
  const { t } = useWords();
  return (
    <Group gap="xs">
      <Text size="xs" c="dimmed" component="span">
        <When at={at} />
      </Text>
      <Badge color={colors[stage]} variant="light" size="sm" tt="none" title={code}>
        {t(`stage.${stage}`)}
      </Badge>
      {actor && (
        <Text size="xs" fw={600} component="span">
          {actor}
        </Text>
      )}
    </Group>
  );
}
