import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { VaultPurpose } from '@carillon/core/secrets/secret-use';
import { Badge, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../../../components/empty.js';
import { JobLink } from '../../../components/links.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords, type Word } from '../../../i18n/index.js';
import { call, pagedQuery } from '../../../lib/api.js';
import { Forget } from './forget.js';
import type { JobSecret } from './job-secret.js';
import { JobSecretForm } from './job-secret-form.js';
import { JobSecretHosts } from './job-secret-hosts.js';

const titles = { secret: 'jobSecrets.ofJobs', account: 'jobSecrets.accounts' } as const satisfies Record<
  VaultPurpose,
  Word
>;
const texts = { secret: 'jobSecrets.ofJobsText', account: 'jobSecrets.accountsText' } as const satisfies Record<
  VaultPurpose,
  Word
>;

/** What the centre keeps for jobs: who uses it and which hosts have it. Values only go in. */
export function JobSecrets({ purpose, onDone }: { purpose: VaultPurpose; onDone: (name: string) => void }) {
  const { t } = useWords();
  const secrets = useInfiniteQuery(pagedQuery(jobSecretRoutes.list, { purpose, limit: 100 }));
  return (
    <Stack gap="xs" component="section">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t(titles[purpose])}
        </Title>
        <JobSecretForm
          purpose={purpose}
          secret={undefined}
          onDone={onDone}
          button={(open) => (
            <Button size="compact-sm" variant="default" onClick={open}>
              {t(purpose === 'secret' ? 'jobSecrets.newSecret' : 'jobSecrets.newAccount')}
            </Button>
          )}
        />
      </Group>
      <Text size="sm" c="dimmed">
        {t(texts[purpose])}
      </Text>
      <PagedTable
        query={secrets}
        label={t(titles[purpose])}
        csv={{ name: `${purpose}s-of-jobs`, route: jobSecretRoutes.list, request: { purpose } }}
        head={[
          t('secrets.name'),
          t('jobSecrets.forJobs'),
          t('secrets.usedBy'),
          t('jobSecrets.hosts'),
          t('jobSecrets.goodUntil'),
          '',
        ]}
        row={(secret) => <Row key={secret.name} secret={secret} onDone={onDone} />}
        empty={
          <Empty
            text={t(purpose === 'secret' ? 'jobSecrets.none' : 'jobSecrets.noAccounts')}
            command={`carillon ${purpose} set NAME --jobs JOB`}
          />
        }
      />
    </Stack>
  );
}

function Row({ secret, onDone }: { secret: JobSecret; onDone: (name: string) => void }) {
  const { t } = useWords();
  const [isLooking, setLooking] = useState(false);
  const { purpose, name, version, jobs, usedBy, notFor, expiresAt } = secret;
  return (
    <Table.Tr>
      <Table.Td className="mono wrap">
        {name}{' '}
        <Text span size="xs" c="dimmed">
          {version === null ? t('jobSecrets.onHosts') : t('jobSecrets.version', { version })}
        </Text>
      </Table.Td>
      <Table.Td className="mono wrap">{jobs.join(', ') || t('jobSecrets.noJobs')}</Table.Td>
      <Table.Td className="wrap">
        <Group gap="sm">
          {usedBy.length === 0 && t('secrets.unused')}
          {usedBy.map((job) => (
            <Group key={job} gap={4} wrap="nowrap">
              <JobLink name={job} />
              {notFor.includes(job) && (
                <Badge size="sm" color="orange" variant="light">
                  {t('jobSecrets.notFor')}
                </Badge>
              )}
            </Group>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Standing secret={secret} />
      </Table.Td>
      <Table.Td>{expiresAt === null ? t('jobSecrets.noEnd') : <When at={expiresAt} />}</Table.Td>
      <Table.Td>
        <Group gap="xs" justify="end" wrap="nowrap">
          {secret.hosts.total > 0 && (
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('jobSecrets.hostsOf', { name })}
              onClick={() => setLooking(true)}
            >
              {t('jobSecrets.hosts')}
            </Button>
          )}
          <JobSecretForm
            purpose={purpose}
            secret={secret}
            onDone={onDone}
            button={(open) => (
              <Button size="compact-sm" variant="default" aria-label={t('secrets.setNamed', { name })} onClick={open}>
                {t('secrets.set')}
              </Button>
            )}
          />
          {version !== null && usedBy.length === 0 && (
            <Forget name={name} forget={() => call(jobSecretRoutes.remove, { purpose, name })} />
          )}
        </Group>
        <JobSecretHosts secret={secret} opened={isLooking} onClose={() => setLooking(false)} />
      </Table.Td>
    </Table.Tr>
  );
}

/** How many hosts have the newest value, and what is wrong with the others. */
function Standing({ secret: { hosts } }: { secret: JobSecret }) {
  const { t } = useWords();
  if (hosts.total === 0) return t('jobSecrets.noHosts');
  const have = hosts.stored + hosts.verified + hosts.own;
  return (
    <Group gap={4}>
      <Text size="sm">{t('jobSecrets.have', { have, total: hosts.total })}</Text>
      {hosts.failed > 0 && (
        <Badge size="sm" color="red" variant="light">
          {t('jobSecrets.failed', { failed: hosts.failed })}
        </Badge>
      )}
    </Group>
  );
}
