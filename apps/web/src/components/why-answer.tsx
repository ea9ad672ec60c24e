import type { Response } from '@carillon/contract/http/route';
import type { whyRoutes } from '@carillon/contract/http/why.routes';
import { Alert, Group, Text } from '@mantine/core';
import { useWords } from '../i18n/index.js';
import { useServerText } from '../i18n/use-server-text.js';
import { PageLink } from './page-link.js';
import { useTimes } from './when.js';

type Answer = Response<typeof whyRoutes.job>['items'][number];

const colors: Record<Answer['certainty'], string> = { certain: 'cyan', likely: 'yellow', unknown: 'gray' };

interface Props {
  readonly answer: Answer;
  /** The host's own zone, where it is known. */
  readonly zone?: string | undefined;
  /** The page that shows it: no link leads there. */
  readonly onPageOf?: string;
}

/** What became of one fire, how sure that is, and what it is known from. */
export function WhyAnswer({ answer, zone, onPageOf }: Props) {
  const { t } = useWords();
  const { timeText } = useTimes();
  const { whyText } = useServerText();
  const { host, certainty, fireAt, nextFireAt, runId, evidence } = answer;
  const title = [host, fireAt && timeText(fireAt, zone), t(`why.${certainty}`)].filter(Boolean).join(' · ');
  return (
    <Alert color={colors[certainty]} variant="light" title={title}>
      <Text size="sm">{whyText(answer)}</Text>
      <EvidenceLines evidence={evidence} zone={zone} />
      <Group gap="md" mt={4}>
        {runId && runId !== onPageOf && (
          <PageLink to="/runs/$id" params={{ id: runId }}>
            {t('command.toRun')}
          </PageLink>
        )}
        {nextFireAt && (
          <Text size="xs" c="dimmed">
            {t('why.next', { at: timeText(nextFireAt, zone) })}
          </Text>
        )}
      </Group>
    </Alert>
  );
}

/** What something is known from, each with its time. */
export function EvidenceLines({ evidence, zone }: { evidence: Answer['evidence']; zone?: string | null | undefined }) {
  const { timeText } = useTimes();
  const { evidenceText } = useServerText();
  return evidence.map((each) => (
    <Text key={`${each.at} ${each.text}`} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {[each.at && timeText(each.at, zone), evidenceText(each)].filter(Boolean).join(' ')}
    </Text>
  ));
}
