import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { HostSecretState } from '@carillon/core/secrets/secret-rules';
import { Badge, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Dialog } from '../../../components/dialog.js';
import { FaultSaid } from '../../../components/fault-said.js';
import { HostLink } from '../../../components/links.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords, type Word } from '../../../i18n/index.js';
import { pagedQuery } from '../../../lib/api.js';
import type { JobSecret } from './job-secret.js';

const stateWords = {
  waiting: 'jobSecrets.waiting',
  stored: 'jobSecrets.stored',
  verified: 'jobSecrets.verified',
  own: 'jobSecrets.own',
  failed: 'jobSecrets.didFail',
} as const satisfies Record<HostSecretState, Word>;
const colours = { waiting: 'orange', stored: 'teal', verified: 'teal', own: 'blue', failed: 'red' } as const;

interface Props {
  readonly secret: JobSecret;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Which host has which value, and why not. */
export function JobSecretHosts({ secret: { purpose, name }, opened, onClose }: Props) {
  const { t } = useWords();
  return (
    <Dialog opened={opened} onClose={onClose} size="xl" title={t('jobSecrets.hostsOf', { name })}>
      {opened && <Hosts purpose={purpose} name={name} />}
    </Dialog>
  );
}

function Hosts({ purpose, name }: Pick<JobSecret, 'purpose' | 'name'>) {
  const { t } = useWords();
  const hosts = useInfiniteQuery(pagedQuery(jobSecretRoutes.hosts, { purpose, name, limit: 100 }));
  return (
    <PagedTable
      query={hosts}
      label={t('jobSecrets.hostsOf', { name })}
      csv={{ name: `hosts-of-${name}`, route: jobSecretRoutes.hosts, request: { purpose, name } }}
      head={[
        t('jobSecrets.host'),
        t('jobSecrets.state'),
        t('jobSecrets.versionHead'),
        t('jobSecrets.why'),
        t('jobSecrets.toldAt'),
      ]}
      row={({ host, state, version, code, message, updatedAt }) => (
        <Table.Tr key={host}>
          <Table.Td>
            <HostLink name={host} />
          </Table.Td>
          <Table.Td>
            <Badge size="sm" variant="light" color={colours[state]}>
              {t(stateWords[state])}
            </Badge>
          </Table.Td>
          <Table.Td>{version ?? '-'}</Table.Td>
          <Table.Td className="wrap">
            {code === 'agent_too_old' ? t('jobSecrets.agentTooOld') : <FaultSaid code={code} message={message} />}
          </Table.Td>
          <Table.Td>{updatedAt === null ? '-' : <When at={updatedAt} />}</Table.Td>
        </Table.Tr>
      )}
      empty={t('jobSecrets.noHosts')}
    />
  );
}
