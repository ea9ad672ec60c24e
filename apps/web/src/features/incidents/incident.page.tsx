import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { Alert, Anchor, Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Facts } from '../../components/facts.js';
import { HostLink, JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { SeverityBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import { wholeDuration } from '../../lib/times.js';
import { useTitle } from '../../lib/use-title.js';
import { IncidentActs } from './incident-acts.js';
import { IncidentAlerts } from './incident-alerts.js';
import { IncidentState } from './incident-rows.js';
import type { Incident } from './incident-shapes.js';
import { NoticeWhy } from './notice-why.js';
import { Notices } from './notices.js';
import { PrintButton } from './print-button.js';
import { Spread } from './spread.js';
import { Timeline } from './timeline.js';

export function IncidentPage() {
  const { t } = useWords();
  const { number } = useParams({ from: '/signed-in/incidents/$number' });
  const incident = useQuery(query(incidentRoutes.get, { number }, 4_000));
  const { titleText } = useServerText();
  useTitle(incident.data ? `#${number} ${titleText(incident.data)}` : t('nav.incidents'));
  return <Loaded query={incident}>{(data) => <IncidentDetails key={data.id} incident={data} />}</Loaded>;
}

function IncidentDetails({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const { titleText, muteText } = useServerText();
  const { number, muted, state, severity } = incident;
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <Stack gap={4}>
          <Group gap="xs">
            <Text c="dimmed" className="mono">
              #{number}
            </Text>
            <SeverityBadge severity={severity} />
            <IncidentState incident={incident} />
          </Group>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {titleText(incident)}
          </Title>
        </Stack>
        <Group gap="xs">
          <IncidentActs incident={incident} />
          <PrintButton number={number} />
        </Group>
      </Group>
      {muted && state !== 'resolved' && (
        <Alert color="gray" title={t('incidents.nobodyTold')}>
          {muteText(muted)}
        </Alert>
      )}
      <Section title={t('incidents.about')}>
        <IncidentFacts incident={incident} />
      </Section>
      <Section title={t('incidents.spread')} tour="spread">
        <Spread spread={incident.spread} job={incident.job ?? undefined} />
      </Section>
      <Section title={t('incidents.alerts')}>
        <IncidentAlerts incident={incident} />
      </Section>
      <Section title={t('incidents.notices')}>
        <NoticeWhy incident={incident} />
        <Notices incident={incident} />
      </Section>
      <Section title={t('incidents.timeline')}>
        <Timeline number={number} />
      </Section>
    </Stack>
  );
}

function IncidentFacts({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const { job, host, policy, openedAt, resolvedAt, acknowledgedBy, acknowledgedAt, assignee, runbook } = incident;
  return (
    <Facts
      items={[
        [t('incidents.policy'), policy],
        ...(job ? [[t('runs.job'), <JobLink key="job" name={job} />] as const] : []),
        ...(host ? [[t('runs.host'), <HostLink key="host" name={host} />] as const] : []),
        [t('incidents.since'), <When key="since" at={openedAt} />],
        ...(resolvedAt ? [[t('incident.resolved'), <When key="resolved" at={resolvedAt} />] as const] : []),
        [
          t('incidents.ackedBy'),
          acknowledgedAt ? (
            <>
              {acknowledgedBy} · <When key="acked" at={acknowledgedAt} />
            </>
          ) : (
            '–'
          ),
        ],
        [t('incidents.assignee'), assignee ?? '–'],
        [t('incidents.next'), <NextStep key="next" incident={incident} />],
        ...(runbook ? [[t('incidents.runbook'), <Runbook key="runbook" text={runbook} />] as const] : []),
        ...(incident.tickets.length + (incident.links?.length ?? 0) > 0
          ? [[t('incidents.tickets'), <Tickets key="tickets" incident={incident} />] as const]
          : []),
        [t('hosts.labels'), <IncidentLabels key="labels" labels={incident.labels} />],
      ]}
    />
  );
}

/** Whom it goes to when nobody answers. */
function NextStep({ incident: { escalation, state, nextLookAt } }: { incident: Incident }) {
  const { t } = useWords();
  if (state !== 'firing') return t('incidents.nobodyNext');
  const step = escalation?.steps[escalation.next];
  const repeats = escalation?.repeatEveryMs && escalation.repeatsLeft > 0;
  if (!escalation || (!step && !repeats)) return t('incidents.nobodyNext');
  const who = step
    ? step.targets.map(({ channel, recipient }) => (recipient ? `${channel} (${recipient})` : channel)).join(', ')
    : t('incidents.again', { every: wholeDuration(escalation.repeatEveryMs ?? 0), left: escalation.repeatsLeft });
  return (
    <>
      {who}
      {nextLookAt && (
        <>
          {' '}
          · <When at={nextLookAt} />
        </>
      )}
    </>
  );
}

/** A runbook is what a policy's author wrote: only an address of the web is followed. */
function Runbook({ text }: { text: string }) {
  if (!/^https?:\/\//i.test(text)) return text;
  return (
    <Anchor href={text} target="_blank" rel="noreferrer noopener" size="sm">
      {text}
    </Anchor>
  );
}

/** Those that our channels keep, and those that other systems have linked. */
function Tickets({ incident: { tickets, links = [] } }: { incident: Incident }) {
  const { t } = useWords();
  return (
    <>
      {tickets.map(({ channel, ticket, url, state, assignee, generation }) => (
        <Ticket
          key={`${channel}/${generation}`}
          url={url}
          name={ticket ?? (url ? channel : t('incidents.ticketPending', { channel }))}
          marks={[state, assignee ?? null]}
        />
      ))}
      {links.map(({ id, system, key, url, state, assignee }) => (
        <Ticket key={id} url={url} name={`${key} (${system})`} marks={[state, assignee]} />
      ))}
    </>
  );
}

function Ticket({ url, name, marks }: { url: string | null; name: string; marks: readonly (string | null)[] }) {
  return (
    <Group gap={4}>
      {url && /^https?:\/\//i.test(url) ? (
        <Anchor href={url} target="_blank" rel="noreferrer noopener" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Anchor>
      ) : (
        name
      )}
      {[...new Set(marks)].map(
        (mark) =>
          mark && (
            <Badge key={mark} variant="light" color="gray" size="sm" tt="none">
              {mark}
            </Badge>
          ),
      )}
    </Group>
  );
}

function IncidentLabels({ labels }: { labels: Record<string, string> }) {
  return (
    <Group gap={4}>
      {Object.entries(labels).map(([key, value]) => (
        <PageLink
          key={key}
          to="/incidents"
          search={{ label: `${key}=${value}`, state: 'all' }}
          underline="never"
          className="touchable"
          lh={1}
        >
          <Badge variant="default" size="sm" tt="none" fw={400} style={{ cursor: 'inherit' }}>
            {`${key}=${value}`}
          </Badge>
        </PageLink>
      ))}
    </Group>
  );
}
