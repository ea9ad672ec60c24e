import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Button, Code, Group, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Account } from '../../components/account.js';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { JobLink } from '../../components/links.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call, pagedQuery } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { ExportTasks } from './hosts-csv.js';

type Task = Response<typeof inventoryRoutes.ofHost>['items'][number];

/** Tasks of a host that are neither Windows' nor ours. */
export function ForeignTasks({ host }: { host: string }) {
  const { t } = useWords();
  const client = useQueryClient();
  const may = useMay('host.refresh');
  const tasks = useInfiniteQuery(pagedQuery(inventoryRoutes.ofHost, { name: host }, 15_000));
  const refresh = useOnce({
    mutationFn: () => call(inventoryRoutes.refresh, { name: host }),
    onSuccess: () => client.invalidateQueries({ queryKey: [inventoryRoutes.ofHost.path] }),
  });
  return (
    <Section
      title={t('hosts.foreign')}
      aside={
        <Group gap="xs">
          {refresh.data && (
            <Text size="xs" c="dimmed">
              {t(refresh.data.asked ? 'hosts.asked' : 'hosts.notAsked')}
            </Text>
          )}
          <ExportTasks host={host} />
          {may && (
            <Button variant="default" loading={refresh.isPending} onClick={() => refresh.mutate()}>
              {t('hosts.askTasks')}
            </Button>
          )}
        </Group>
      }
    >
      {refresh.isError && <Failure error={refresh.error} />}
      <PagedTable
        query={tasks}
        label={t('hosts.foreign')}
        head={[t('hosts.taskPath'), t('hosts.taskCommand'), t('jobs.schedule'), t('jobs.runAs'), t('jobs.lastRun'), '']}
        row={(task) => <TaskRow key={task.path} task={task} />}
        empty={<Empty text={t('hosts.noForeign')} />}
      />
    </Section>
  );
}

function TaskRow({ task }: { task: Task }) {
  const { t } = useWords();
  const { aboutTask, scheduleText } = useServerText();
  const { path, command, schedule, runAs, enabled, lastRunAt, lastResult, problem, replacedBy, group } = task;
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        {path}{' '}
        {enabled === false && (
          <Badge size="sm" color="gray" tt="none">
            {t('jobs.disabled')}
          </Badge>
        )}
      </Table.Td>
      <Table.Td className="wrap">
        <Code>{[command, task.arguments].filter(Boolean).join(' ')}</Code>
      </Table.Td>
      <Table.Td className="wrap">{problem ? aboutTask(problem) : schedule ? scheduleText(schedule) : '–'}</Table.Td>
      <Table.Td>
        <Account name={runAs} />
      </Table.Td>
      <Table.Td>
        {lastRunAt ? <When at={lastRunAt} /> : '–'}{' '}
        {lastResult !== null && lastResult !== 0 && <Code c="red">{lastResult}</Code>}
      </Table.Td>
      <Table.Td>
        {replacedBy !== null ? (
          <JobLink name={replacedBy} />
        ) : (
          group !== null && (
            <PageLink to="/adoption" search={{ group }}>
              {t('adoption.adopt')}
            </PageLink>
          )
        )}
      </Table.Td>
    </Table.Tr>
  );
}
