import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { alertSeverities } from '@carillon/core/state/states';
import { Badge, Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../../components/empty.js';
import { JobLink } from '../../../components/links.js';
import { PagedTable } from '../../../components/paged-table.js';
import { SeverityBadge } from '../../../components/state-badge.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { type Removal, RemoveDocument, Removed, useRemoval } from '../documents/removal.js';
import { ListHead } from '../list-head.js';
import { whenWords } from './when-words.js';

type Policy = Response<typeof jobRoutes.alertPolicies>['items'][number];

const shownJobs = 5;

/** What is worth telling: policies, what each matches now, and when it fired last. */
export function PoliciesPage() {
  const { t } = useWords();
  useTitle(t('nav.policies'));
  const policies = useInfiniteQuery(pagedQuery(jobRoutes.alertPolicies, {}, 10_000));
  const removal = useRemoval('AlertPolicy');
  return (
    <Stack>
      <ListHead kind="AlertPolicy" title={t('nav.policies')} text={t('policies.text')} />
      <Removed removal={removal} word={t('alerting.removed')} />
      <PagedTable
        query={policies}
        label={t('nav.policies')}
        csv={{ name: 'policies', route: jobRoutes.alertPolicies, request: {} }}
        head={[
          t('common.name'),
          t('incidents.severity'),
          t('policies.when'),
          t('policies.now'),
          t('policies.lastFired'),
          t('nav.jobs'),
          '',
        ]}
        row={(policy) => <Row key={policy.name} policy={policy} removal={removal} />}
        empty={<Empty text={t('policies.none')} command="carillon apply -f policy.yaml" />}
      />
    </Stack>
  );
}

function Row({ policy, removal }: { policy: Policy; removal: Removal }) {
  const { t } = useWords();
  const { name, severity, description, when, jobs, firing = 0, lastFiredAt } = policy;
  const known = alertSeverities.find((one) => one === severity);
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <DocumentLink kind="AlertPolicy" name={name} />
        {description !== '' && (
          <Text size="xs" c="dimmed">
            {description}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{known ? <SeverityBadge severity={known} /> : severity}</Table.Td>
      <Table.Td className="wrap" miw={220}>
        {whenWords(when, t).map((words) => (
          <Text key={words} size="sm">
            {words}
          </Text>
        ))}
      </Table.Td>
      <Table.Td>
        {firing > 0 ? (
          <Badge color="red" variant="light" size="sm" tt="none">
            {t('policies.firing', { count: firing })}
          </Badge>
        ) : (
          t('policies.quiet')
        )}
      </Table.Td>
      <Table.Td>{lastFiredAt ? <When at={lastFiredAt} /> : t('policies.never')}</Table.Td>
      <Table.Td className="wrap">
        <Group gap={6}>
          {jobs.slice(0, shownJobs).map((job) => (
            <JobLink key={job} name={job} />
          ))}
          {jobs.length > shownJobs && <Text size="sm">{t('incidents.andMore', { n: jobs.length - shownJobs })}</Text>}
          {jobs.length === 0 && '–'}
        </Group>
      </Table.Td>
      <Table.Td>
        <RemoveDocument name={name} removal={removal} />
      </Table.Td>
    </Table.Tr>
  );
}
