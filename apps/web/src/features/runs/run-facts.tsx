import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { traceIdOf } from '@carillon/core/run/trace-id';
import { Facts } from '../../components/facts.js';
import { HostLink, JobLink } from '../../components/links.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { size } from '../../lib/sizes.js';
import { duration } from '../../lib/times.js';
import { ExitCode } from './exit-code.js';
import { RunTook } from './run-took.js';
import type { Usual } from './usual.js';

/** Everything known of a run but its output. */
export function RunFacts({ run, usual }: { run: Response<typeof runRoutes.get>; usual: Usual | null }) {
  const { t } = useWords();
  const { saidText } = useServerText();
  const job = (
    <>
      <JobLink name={run.job} /> v{run.jobVersion}
    </>
  );
  return (
    <Facts
      items={[
        [t('runs.job'), job],
        [t('runs.host'), <HostLink key="host" name={run.host} />],
        [t('runs.exit'), <ExitCode key="exit" exit={run.exit} />],
        [t('runs.took'), <RunTook key="took" run={run} usual={usual} />],
        ...(run.attempts > 1 ? [[t('runs.attempts'), run.attempts] as const] : []),
        ...(typeof run.cpuMs === 'number' ? [[t('runs.cpu'), duration(run.cpuMs)] as const] : []),
        ...(typeof run.peakMemoryBytes === 'number' ? [[t('runs.memory'), size(run.peakMemoryBytes)] as const] : []),
        [
          t('runs.scheduledFor'),
          run.scheduledFor ? <When key="planned" at={run.scheduledFor} zone={run.timezone} ago /> : '–',
        ],
        [t('runs.started'), <When key="started" at={run.startedAt} zone={run.timezone} ago />],
        [t('runs.finished'), run.finishedAt ? <When key="ended" at={run.finishedAt} zone={run.timezone} ago /> : '–'],
        [t('runs.trigger'), [t(`trigger.${run.trigger}`), run.cause && saidText(run.cause)].filter(Boolean).join(': ')],
        [t('runs.traceId'), traceIdOf(run.id)],
        [t('runs.received'), <When key="received" at={run.receivedAt} zone={run.timezone} ago />],
      ]}
    />
  );
}
