import { missedRunRoutes } from '@carillon/contract/http/missed-runs.routes';
import type { Request, Response } from '@carillon/contract/http/route';
import { Badge, Group, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { HostLink, JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { When } from '../../components/when.js';
import { EvidenceLines } from '../../components/why-answer.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { pagedQuery } from '../../lib/api.js';
import type { MissedVerdict } from './run-filter.js';

type Missed = Response<typeof missedRunRoutes.list>['items'][number];

const colors: Record<MissedVerdict, string> = {
  missed: 'red',
  host_unknown: 'gray',
  ran_late: 'yellow',
  skipped: 'blue',
};

/** Expected runs that did not simply happen, newest first, each with the reason and what it is known from. */
export function MissedTable({ filter, empty }: { filter: Request<typeof missedRunRoutes.list>; empty: ReactNode }) {
  const { t } = useWords();
  const missed = useInfiniteQuery(pagedQuery(missedRunRoutes.list, filter, 15_000));
  return (
    <PagedTable
      query={missed}
      label={t('missed.title')}
      head={[t('missed.due'), t('missed.verdict'), t('runs.job'), t('runs.host'), t('missed.why')]}
      row={(item) => <MissedRow key={item.id} item={item} />}
      empty={empty}
    />
  );
}

function MissedRow({ item }: { item: Missed }) {
  const { t } = useWords();
  const { job, host, timezone, version, scheduledFor, lastFor, occurrences, verdict, amended } = item;
  const isMany = occurrences > 1;
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        <When at={scheduledFor} zone={timezone} ago />
        {isMany && (
          <Text size="xs" c="dimmed">
            {t('missed.until', { count: occurrences })} <When at={lastFor} zone={timezone} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge color={colors[verdict]} variant="light" size="sm" tt="none">
          {t(`missed.${verdict}`)}
        </Badge>
        {amended && (
          <Text size="xs" c="dimmed">
            {t('missed.amended')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <JobLink name={job} /> v{version}
      </Table.Td>
      <Table.Td>
        <HostLink name={host} />
      </Table.Td>
      <Table.Td className="wrap" miw={320}>
        <Reason item={item} />
      </Table.Td>
    </Table.Tr>
  );
}

function Reason({ item }: { item: Missed }) {
  const { t } = useWords();
  const { whyText } = useServerText();
  const { cause, text, figures, certainty, evidence, runId, amended, timezone } = item;
  const run = amended?.runId ?? runId;
  return (
    <>
      <Text size="sm">
        {whyText({ reason: cause, text, figures })}{' '}
        {certainty !== 'certain' && (
          <Text span size="xs" c="dimmed">
            ({t(`why.${certainty}`)})
          </Text>
        )}
      </Text>
      {amended && (
        <Text size="sm">
          {t('missed.later')} <When at={amended.at} zone={timezone} />:{' '}
          {whyText({ reason: amended.cause, text: amended.text, figures: amended.figures })}
        </Text>
      )}
      <Group gap="md" align="start">
        {evidence.length > 0 && (
          <details className="whole">
            <summary>{t('missed.evidence', { count: evidence.length })}</summary>
            <EvidenceLines evidence={evidence} zone={timezone} />
          </details>
        )}
        {run && (
          <PageLink to="/runs/$id" params={{ id: run }}>
            {t('command.toRun')}
          </PageLink>
        )}
      </Group>
    </>
  );
}
