import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Response } from '@carillon/contract/http/route';
import { Badge, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Account } from '../../components/account.js';
import { ExportRows } from '../../components/export-button.js';
import { HostLink, JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { TaskField } from '../../components/task-field.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import { AdoptGroup } from './adopt-group.js';

type Detail = Response<typeof inventoryRoutes.group>;
const tasksShown = 200;

/** One group of similar tasks: where they differ, where they are, and jobs that would take over. */
export function TaskGroup({ id }: { id: string }) {
  const { t } = useWords();
  const group = useQuery(query(inventoryRoutes.group, { id }, 15_000));
  return (
    <Stack>
      <PageLink to="/adoption">← {t('adoption.back')}</PageLink>
      <Loaded query={group}>
        {(detail) => (
          <>
            <Section title={detail.name} aside={<Code>{detail.command}</Code>}>
              <Differences differences={detail.differences} />
            </Section>
            <AdoptGroup id={id} isAdopted={detail.replaced >= detail.tasks} />
            <Section title={`${t('adoption.tasks')} (${detail.tasks})`}>
              <Tasks items={detail.items} />
            </Section>
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function Differences({ differences }: { differences: Detail['differences'] }) {
  const { t } = useWords();
  if (differences.length === 0) return <Text size="sm">{t('adoption.same')}</Text>;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t('adoption.differ')}
      </Text>
      {differences.map(({ field, values }) => (
        <Group key={field} gap="xs" align="start">
          <Badge variant="light" tt="none">
            <TaskField path={field} />
          </Badge>
          {values.map(({ value, hosts }) => (
            <Text key={value} size="sm">
              <Code>{value || '–'}</Code> {t('adoption.onHosts', { count: hosts })}
            </Text>
          ))}
        </Group>
      ))}
    </Stack>
  );
}

function Tasks({ items }: { items: Detail['items'] }) {
  const { t } = useWords();
  const { aboutTask, scheduleText } = useServerText();
  return (
    <>
      <Table.ScrollContainer minWidth={640} mah={420}>
        <Table aria-label={t('adoption.tasks')} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {[
                t('runs.host'),
                t('hosts.taskPath'),
                t('jobs.schedule'),
                t('jobs.runAs'),
                t('adoption.variants'),
                t('adoption.replaced'),
              ].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.slice(0, tasksShown).map(({ host, path, schedule, problem, runAs, variant, replacedBy }) => (
              <Table.Tr key={`${host} ${path}`}>
                <Table.Td>
                  <HostLink name={host} />
                </Table.Td>
                <Table.Td className="wrap">{path}</Table.Td>
                <Table.Td className="wrap">
                  {problem ? aboutTask(problem) : schedule ? scheduleText(schedule) : '–'}
                </Table.Td>
                <Table.Td>
                  <Account name={runAs} />
                </Table.Td>
                <Table.Td>{variant}</Table.Td>
                <Table.Td>{replacedBy === null ? '–' : <JobLink name={replacedBy} />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {items.length > tasksShown && (
          <Text size="sm" c="dimmed" p="xs">
            {t('incidents.andMore', { n: items.length - tasksShown })}
          </Text>
        )}
      </Table.ScrollContainer>
      <ExportRows name="tasks-of-group" rows={items} />
    </>
  );
}
