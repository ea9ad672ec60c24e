import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { nowRoutes } from '@carillon/contract/http/now.routes';
import { Group, Stack, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Bars } from '../../components/bars.js';
import { Empty } from '../../components/empty.js';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { IncidentBadge, SeverityBadge } from '../../components/state-badge.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import { localTime } from '../../lib/times.js';
import classes from './choice.module.css';

const shownIncidents = 5;
const minuteMs = 60_000;
const minutesAfter = (iso: string, minutes: number) => new Date(Date.parse(iso) + minutes * minuteMs).toISOString();
/** The whole hour of the reader's clock that holds it. */
const hourOf = (iso: string) => new Date(new Date(iso).setMinutes(0, 0, 0)).toISOString();
const hourAndMinute = (iso: string) => localTime(iso).slice(11, 16);

/** What needs a person: unanswered before answered, severe before mild. */
export function OpenIncidents() {
  const { t } = useWords();
  const { titleText } = useServerText();
  const incidents = useQuery(query(incidentRoutes.list, { attention: 'true', limit: shownIncidents }, 10_000));
  return (
    <Section
      title={t('now.attention')}
      tour="attention"
      aside={<PageLink to="/incidents">{t('now.allIncidents')}</PageLink>}
    >
      <Loaded query={incidents}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty text={t('incidents.none')} />
          ) : (
            <Stack gap="xs">
              {items.map((incident) => (
                <Group key={incident.id} gap="xs" wrap="nowrap" align="start">
                  <SeverityBadge severity={incident.severity} />
                  <IncidentBadge state={incident.state} />
                  <PageLink
                    to="/incidents/$number"
                    params={{ number: String(incident.number) }}
                    lineClamp={2}
                    style={{ overflowWrap: 'anywhere' }}
                  >
                    #{incident.number} {titleText(incident)}
                  </PageLink>
                </Group>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

/** Runs by the minute, failures apart, and what did not simply happen. */
export function Activity() {
  const { t } = useWords();
  const activity = useQuery(query(nowRoutes.activity, {}, 10_000));
  return (
    <Section title={t('now.activity')} aside={<PageLink to="/runs">{t('nav.runs')}</PageLink>}>
      <Loaded query={activity}>
        {({ minutes, misses }) => {
          const started = minutes.reduce((sum, minute) => sum + minute.started, 0);
          const bad = minutes.reduce((sum, minute) => sum + minute.bad, 0);
          const bars = minutes.map((minute) => ({
            key: minute.minute,
            value: minute.started,
            bad: minute.bad,
            title: `${hourAndMinute(minute.minute)} · ${t('now.runs', { count: minute.started, bad: minute.bad })}`,
            link: { to: '/runs' as const, search: { since: minute.minute, until: minutesAfter(minute.minute, 1) } },
          }));
          return (
            <Stack gap="sm">
              <Bars
                bars={bars}
                label={t('now.runs', { count: started, bad })}
                from={hourAndMinute(minutes[0]?.minute ?? '')}
                to={hourAndMinute(minutes.at(-1)?.minute ?? '')}
              />
              <PageLink to="/runs" search={{ view: 'missed', last: '24h' }} c="dimmed">
                {t('now.misses', {
                  missed: misses.missed ?? 0,
                  late: misses.ran_late ?? 0,
                  unknown: misses.host_unknown ?? 0,
                })}
              </PageLink>
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}

/** Starts by time that are due in the next hour. */
export function ComingLoad() {
  const { t } = useWords();
  const load = useQuery(query(nowRoutes.load, {}, 60_000));
  return (
    <Section title={t('now.load')} aside={<PageLink to="/timeline">{t('nav.timeline')}</PageLink>}>
      <Loaded query={load}>
        {({ items }) => {
          const total = items.reduce((sum, { starts }) => sum + starts, 0);
          const bars = items.map(({ from, starts }) => ({
            key: from,
            value: starts,
            title: `${hourAndMinute(from)} · ${t('now.starts', { count: starts })}`,
            link: { to: '/heatmap' as const, search: { hour: hourOf(from) } },
          }));
          return (
            <Bars
              bars={bars}
              label={t('now.starts', { count: total })}
              from={hourAndMinute(items[0]?.from ?? '')}
              to={hourAndMinute(items.at(-1)?.from ?? '')}
            />
          );
        }}
      </Loaded>
    </Section>
  );
}

/** How hosts are, by the values of a label that the reader chooses; the choice stands in the address. */
export function Fleet() {
  const { t } = useWords();
  const { label } = useSearch({ from: '/signed-in/' });
  const navigate = useNavigate({ from: '/' });
  const fleet = useQuery(query(nowRoutes.fleet, label === undefined ? {} : { label }, 10_000));
  const { keys = [], label: shown = null } = fleet.data ?? {};
  const choice = keys.length > 0 && (
    <select
      className={classes.choice}
      aria-label={t('now.byLabel')}
      value={shown ?? ''}
      onChange={(event) => void navigate({ to: '/', search: { label: event.currentTarget.value }, replace: true })}
    >
      {keys.map((key) => (
        <option key={key}>{key}</option>
      ))}
    </select>
  );
  return (
    <Section title={t('now.fleet')} aside={choice}>
      <Loaded query={fleet}>
        {({ groups }) => (
          <Table aria-label={t('now.fleet')}>
            <Table.Tbody>
              {groups.map(({ value, total, online, lagging, offline }) => (
                <Table.Tr key={value ?? ''}>
                  <Table.Td className="wrap">
                    {value === null || shown === null ? (
                      <PageLink to="/hosts">{shown === null ? t('common.all') : t('common.none')}</PageLink>
                    ) : (
                      <PageLink to="/hosts" search={{ label: `${shown}=${value}` }}>
                        {value}
                      </PageLink>
                    )}
                  </Table.Td>
                  <Table.Td>{t('overview.online', { n: `${online}/${total}` })}</Table.Td>
                  <Table.Td>{lagging > 0 && t('overview.lagging', { n: lagging })}</Table.Td>
                  <Table.Td c="red">{offline > 0 && t('overview.offline', { n: offline })}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
    </Section>
  );
}
