import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Response } from '@carillon/contract/http/route';
import { Code, Group, Progress, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../components/empty.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PageLink } from '../../components/page-link.js';
import { PagedTable } from '../../components/paged-table.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { useTyped } from '../../lib/use-typed.js';
import { AskHosts } from './ask-hosts.js';
import { ExportTaskGroups } from './task-groups-csv.js';

type TaskGroupSummary = Response<typeof inventoryRoutes.groups>['items'][number];

/** Similar tasks of the whole fleet, the commonest first. */
export function TaskGroups() {
  const { t } = useWords();
  const { search } = useSearch({ from: '/signed-in/adoption' });
  const navigate = useNavigate();
  const typed = useTyped(search, (text) => void navigate({ to: '/adoption', search: { search: text }, replace: true }));
  const groups = useInfiniteQuery(pagedQuery(inventoryRoutes.groups, search ? { search } : {}, 15_000));
  return (
    <>
      <Group justify="space-between" align="end">
        <TextInput label={t('common.search')} {...typed} />
        <Group gap="xs">
          <ExportTaskGroups search={search} />
          <AskHosts />
        </Group>
      </Group>
      <PagedTable
        query={groups}
        label={t('adoption.groups')}
        head={[
          t('common.name'),
          t('hosts.taskCommand'),
          t('nav.hosts'),
          t('adoption.tasks'),
          t('adoption.variants'),
          t('adoption.replaced'),
          '',
        ]}
        row={(group) => <GroupRow key={group.id} group={group} />}
        empty={
          search ? (
            <NothingFound text={t('adoption.noneFound')} />
          ) : (
            <Empty text={t('adoption.none')} command="npx carillon inventory --refresh" />
          )
        }
      />
    </>
  );
}

function GroupRow({ group: { id, name, command, hosts, tasks, variants, replaced } }: { group: TaskGroupSummary }) {
  const { t } = useWords();
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <PageLink to="/adoption" search={{ group: id }}>
          {name}
        </PageLink>
      </Table.Td>
      <Table.Td className="wrap">
        <Code>{command}</Code>
      </Table.Td>
      <Table.Td>{hosts}</Table.Td>
      <Table.Td>{tasks}</Table.Td>
      <Table.Td>{variants}</Table.Td>
      <Table.Td miw={110}>
        <Text size="xs">
          {replaced}/{tasks}
        </Text>
        <Progress
          value={(replaced / Math.max(1, tasks)) * 100}
          size="sm"
          color="teal"
          aria-label={t('adoption.replaced')}
        />
      </Table.Td>
      <Table.Td>
        <PageLink to="/adoption" search={{ group: id }}>
          {t('adoption.look')}
        </PageLink>
      </Table.Td>
    </Table.Tr>
  );
}
