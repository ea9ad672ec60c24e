import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { IconAlertTriangle, IconCalendarClock, IconList, IconServer } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import type { Entry, Mode } from './entries.js';

/** Of each kind; what is meant shows with a few more letters. */
const limit = 6;

interface Found {
  readonly entries: Entry[];
  readonly isPending: boolean;
}

/**
 * Jobs, hosts and incidents whose names have the text.
 * @param search empty: nothing is asked for, unless a job is to be chosen
 */
export function useFoundEntries(search: string, mode: Mode | null): Found {
  const { t } = useWords();
  const { titleText } = useServerText();
  const navigate = useNavigate();
  const asked = { limit, ...(search ? { search } : {}) };
  const isAny = search !== '' && mode === null;
  const jobs = useQuery({ ...query(jobRoutes.list, asked), enabled: isAny || mode !== null });
  const hosts = useQuery({ ...query(hostRoutes.list, asked), enabled: isAny });
  const incidents = useQuery({ ...query(incidentRoutes.list, asked), enabled: isAny });
  const openJob = (name: string) => {
    if (mode === 'edit') return void navigate({ to: '/jobs/$name/edit', params: { name } });
    void navigate({ to: '/jobs/$name', params: { name }, ...(mode === 'run' ? { search: { ask: 'run' } } : {}) });
  };
  const rest = (group: 'jobs' | 'hosts'): Entry => ({
    id: `all-${group}`,
    group,
    label: t(`finder.all.${group}`, { text: search }),
    Icon: IconList,
    choose: () => void navigate({ to: `/${group}`, search: { search } }),
  });
  const entries: Entry[] = [];
  if (isAny || mode !== null) {
    for (const { name, owner, enabled } of jobs.data?.items ?? [])
      entries.push({
        id: `job-${name}`,
        group: 'jobs',
        label: name,
        note: enabled ? owner : t('jobs.disabled'),
        Icon: IconCalendarClock,
        choose: () => openJob(name),
      });
    if (isAny && jobs.data?.next) entries.push(rest('jobs'));
  }
  if (isAny) {
    for (const { name, presence } of hosts.data?.items ?? [])
      entries.push({
        id: `host-${name}`,
        group: 'hosts',
        label: name,
        note: t(`presence.${presence}`),
        Icon: IconServer,
        choose: () => void navigate({ to: '/hosts/$name', params: { name } }),
      });
    if (hosts.data?.next) entries.push(rest('hosts'));
    for (const incident of incidents.data?.items ?? [])
      entries.push({
        id: `incident-${incident.number}`,
        group: 'incidents',
        label: `#${incident.number} ${titleText(incident)}`,
        note: t(`incident.${incident.state}`),
        Icon: IconAlertTriangle,
        choose: () => void navigate({ to: '/incidents/$number', params: { number: String(incident.number) } }),
      });
  }
  const isPending = [jobs, hosts, incidents].some((each) => each.isFetching && each.fetchStatus !== 'idle');
  return { entries, isPending };
}
