import type { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Facts } from '../../components/facts.js';
import { Section } from '../../components/section.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';

type Host = Response<typeof hostRoutes.get>;

/** What is known of a host right now. */
export function HostFacts({ host }: { host: Host }) {
  const { t } = useWords();
  const { os, timezone, lastSeenAt, inSync, desired, spool, clockAheadMs, disk, assignments, failingJobs = 0 } = host;
  return (
    <Section title={t('common.state')}>
      <Facts
        items={[
          [t('hosts.os'), os],
          [t('hosts.timezone'), timezone],
          [
            t('hosts.lastSeen'),
            lastSeenAt ? <When key="seen" at={lastSeenAt} zone={timezone} ago /> : t('hosts.never'),
          ],
          [t('hosts.inSync'), `${inSync ? t('common.yes') : t('common.no')} · ${t('hosts.desired')} ${desired.rev}`],
          [t('hosts.assignments'), `${assignments.applied}/${assignments.total}`],
          [t('hosts.failing'), failingJobs],
          [t('hosts.waiting'), spool.waiting],
          [t('hosts.clock'), clockAheadMs === null ? '–' : `${clockAheadMs > 0 ? '+' : ''}${clockAheadMs / 1_000} s`],
          [t('hosts.spool'), disk ? t('hosts.free', mebibytes(disk)) : '–'],
        ]}
      />
    </Section>
  );
}

function mebibytes({ spoolBytes, freeBytes }: NonNullable<Host['disk']>) {
  const mebi = (bytes: number) => (bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0);
  return { used: mebi(spoolBytes), free: mebi(freeBytes) };
}
