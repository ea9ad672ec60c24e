import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AssignmentRow, useAssignmentHead } from '../../components/assignments.js';
import { Empty } from '../../components/empty.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { DriftButton, DriftDialog, type TaskOnHost } from '../changes/drift-dialog.js';

/** Our tasks on a host, and how far each is. */
export function HostJobs({ host }: { host: string }) {
  const { t } = useWords();
  const [opened, setOpened] = useState<TaskOnHost | null>(null);
  const head = useAssignmentHead('host');
  const assignments = useInfiniteQuery(pagedQuery(hostRoutes.assignments, { name: host }, 5_000));
  return (
    <Section title={t('hosts.jobs')}>
      <PagedTable
        query={assignments}
        label={t('hosts.jobs')}
        csv={{ name: `jobs-of-${host}`, route: hostRoutes.assignments, request: { name: host } }}
        head={head}
        row={(item) => (
          <AssignmentRow
            key={item.jobId}
            assignment={item}
            side="host"
            act={item.state === 'drifted' && <DriftButton job={item.job} host={host} onOpen={setOpened} />}
          />
        )}
        empty={
          <Empty text={t('hosts.noJobs')}>
            <PageLink to="/job-editor">{t('finder.newJob')}</PageLink>
          </Empty>
        }
      />
      <DriftDialog task={opened} onClose={() => setOpened(null)} />
    </Section>
  );
}
