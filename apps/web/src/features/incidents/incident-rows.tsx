import { Badge, Group, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageLink } from '../../components/page-link.js';
import { IncidentBadge, SeverityBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import type { IncidentSummary } from './incident-shapes.js';

/** Columns of `IncidentRow`: how bad and what first, which a phone has room for. */
export function useIncidentHead(): string[] {
  const { t } = useWords();
  return [
    '#',
    t('incidents.severity'),
    t('incidents.what'),
    t('common.state'),
    t('incidents.spread'),
    t('incidents.who'),
    t('incidents.since'),
  ];
}

/** @param lead what stands before its number, such as a mark */
export function IncidentRow({ incident, lead }: { incident: IncidentSummary; lead?: ReactNode }) {
  const { titleText } = useServerText();
  const { number, severity, openedAt } = incident;
  return (
    <Table.Tr>
      {lead !== undefined && <Table.Td>{lead}</Table.Td>}
      <Table.Td className="mono">{number}</Table.Td>
      <Table.Td>
        <SeverityBadge severity={severity} />
      </Table.Td>
      <Table.Td className="wrap" miw={200}>
        <PageLink to="/incidents/$number" params={{ number: String(number) }}>
          {titleText(incident)}
        </PageLink>
      </Table.Td>
      <Table.Td>
        <IncidentState incident={incident} />
      </Table.Td>
      <Table.Td>
        <SpreadInShort incident={incident} />
      </Table.Td>
      <Table.Td>{incident.assignee ?? incident.acknowledgedBy ?? '–'}</Table.Td>
      <Table.Td>
        <When at={openedAt} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Its state, and what makes it quieter than it looks. */
export function IncidentState({ incident: { state, muted, flapping } }: { incident: IncidentSummary }) {
  const { t } = useWords();
  const { muteText } = useServerText();
  return (
    <Group gap={4} wrap="nowrap">
      <IncidentBadge state={state} />
      {muted && state !== 'resolved' && (
        <Badge color="gray" variant="outline" size="sm" tt="none" title={muteText(muted)}>
          {t('incidents.muted')}
        </Badge>
      )}
      {flapping && (
        <Badge color="grape" variant="light" size="sm" tt="none">
          {t('incidents.flapping')}
        </Badge>
      )}
    </Group>
  );
}

function SpreadInShort({ incident: { spread } }: { incident: IncidentSummary }) {
  const { t } = useWords();
  const { hosts, hostsOfJob, firing, total, examples } = spread;
  if (hosts <= 1) return <Text size="sm">{examples[0] ?? t('incidents.firingOf', { firing, count: total })}</Text>;
  return (
    <Text size="sm" title={examples.join(', ')}>
      {hostsOfJob === null
        ? t('incidents.hosts', { count: hosts })
        : t('incidents.hostsOf', { n: hosts, count: hostsOfJob })}
    </Text>
  );
}
