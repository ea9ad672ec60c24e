import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { Button, Code, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../../components/empty.js';
import { Failure } from '../../components/failure.js';
import { JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { TaskChangeBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, pagedQuery, query } from '../../lib/api.js';

type Change = Response<typeof hostRoutes.taskChanges>['items'][number];
type Detail = Response<typeof taskChangeRoutes.get>;

/** Changes that somebody made to our tasks on a host; each opens field by field. */
export function HostChanges({ host }: { host: string }) {
  const { t } = useWords();
  const [opened, setOpened] = useState<string>();
  const changes = useInfiniteQuery(pagedQuery(hostRoutes.taskChanges, { name: host }, 10_000));
  return (
    <Section title={t('changes.title')}>
      <PagedTable
        query={changes}
        label={t('changes.title')}
        head={[t('changes.noticed'), t('runs.job'), t('changes.found'), t('changes.outcome'), t('changes.by'), '']}
        row={(change) => <ChangeRow key={change.id} change={change} onOpen={() => setOpened(change.id)} />}
        empty={<Empty text={t('changes.none')} />}
      />
      <Modal
        opened={opened !== undefined}
        onClose={() => setOpened(undefined)}
        size="xl"
        title={t('changes.compare')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {opened !== undefined && <ChangeDetails id={opened} />}
      </Modal>
    </Section>
  );
}

function ChangeRow({ change, onOpen }: { change: Change; onOpen: () => void }) {
  const { t } = useWords();
  const {
    noticedAt,
    job,
    version,
    found,
    state,
    adoption = null,
    adoptedVersion,
    changedAt,
    changedBy,
    differences,
  } = change;
  return (
    <Table.Tr>
      <Table.Td>
        <When at={noticedAt} />
      </Table.Td>
      <Table.Td>
        <JobLink name={job} /> v{version}
      </Table.Td>
      <Table.Td>{found === null ? '–' : t(`drift.${found}`)}</Table.Td>
      <Table.Td>
        <TaskChangeBadge state={state} adoption={adoption} />
        {adoptedVersion ? ` v${adoptedVersion}` : null}
      </Table.Td>
      <Table.Td>
        {changedBy ?? '–'} {changedAt && <When at={changedAt} />}
      </Table.Td>
      <Table.Td>
        <Button size="compact-xs" variant="default" onClick={onOpen}>
          {t('changes.open', { count: differences.length })}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function ChangeDetails({ id }: { id: string }) {
  const { t } = useWords();
  const change = useQuery(query(taskChangeRoutes.get, { id }));
  return (
    <Loaded query={change}>
      {(detail) => (
        <Stack>
          {detail.fields ? (
            <Fields fields={detail.fields} />
          ) : (
            <Text size="sm">{detail.differences.join('; ') || t('changes.noFields')}</Text>
          )}
          {[detail.message, ...(detail.adoptionReasons ?? [])].filter(Boolean).map((line) => (
            <Text key={line} size="sm" c="dimmed">
              {line}
            </Text>
          ))}
          <ChangeActs detail={detail} />
        </Stack>
      )}
    </Loaded>
  );
}

function Fields({ fields }: { fields: NonNullable<Detail['fields']> }) {
  const { t } = useWords();
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table aria-label={t('changes.what')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('changes.field')}</Table.Th>
            <Table.Th>{t('changes.wanted')}</Table.Th>
            <Table.Th>{t('changes.found')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map(({ path, wanted, found }) => (
            <Table.Tr key={path}>
              <Table.Td className="mono">{path}</Table.Td>
              <Table.Td className="wrap">
                <Code style={{ textDecoration: 'line-through' }}>{said(wanted)}</Code>
              </Table.Td>
              <Table.Td className="wrap">
                <Code c="orange" fw={600}>
                  {said(found)}
                </Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** What may be done: an edit that stands becomes what the host should have, and back again. */
function ChangeActs({ detail: { id, state, adoption, found } }: { detail: Detail }) {
  const { t } = useWords();
  const client = useQueryClient();
  const refresh = { onSuccess: () => client.invalidateQueries() };
  const adopt = useMutation({ mutationFn: () => call(taskChangeRoutes.adopt, { id }), ...refresh });
  const undo = useMutation({ mutationFn: () => call(taskChangeRoutes.undo, { id }), ...refresh });
  const isEdit = found === 'edited' || found === 'disabled';
  return (
    <Group>
      {state === 'drifted' && isEdit && adoption !== 'adopted' && (
        <Button size="xs" loading={adopt.isPending} onClick={() => adopt.mutate()}>
          {t('changes.adopt')}
        </Button>
      )}
      {adoption === 'adopted' && (
        <Button size="xs" variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
          {t('changes.undo')}
        </Button>
      )}
      {(adopt.data ?? undo.data) && (
        <Text size="sm">{t('changes.done', { n: (adopt.data ?? undo.data)?.version ?? 0 })}</Text>
      )}
      {adopt.isError && <Failure error={adopt.error} />}
      {undo.isError && <Failure error={undo.error} />}
    </Group>
  );
}

function said(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
