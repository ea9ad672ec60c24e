import type { Response } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useWords } from '../i18n/index.js';
import { useServerText } from '../i18n/use-server-text.js';
import { useTaskField } from '../i18n/use-task-field.js';
import { call, query } from '../lib/api.js';
import { useMay } from '../lib/use-may.js';
import { useOnce } from '../lib/use-once.js';
import { FrozenFailure } from './frozen-failure.js';
import { Loaded } from './loaded.js';
import { TaskField } from './task-field.js';

type Detail = Response<typeof taskChangeRoutes.get>;

/** One change field by field, and what may be done about it. */
export function ChangeDetails({ id }: { id: string }) {
  const { t } = useWords();
  const { aboutTask } = useServerText();
  const { differenceText } = useTaskField();
  const change = useQuery(query(taskChangeRoutes.get, { id }));
  return (
    <Loaded query={change}>
      {(detail) => (
        <Stack>
          {detail.fields ? (
            <Fields fields={detail.fields} />
          ) : (
            <Text size="sm">
              {detail.differences.map((text) => differenceText(text) ?? text).join('; ') || t('changes.noFields')}
            </Text>
          )}
          {[detail.message, ...(detail.adoptionReasons ?? [])].filter(Boolean).map((line) => (
            <Text key={line} size="sm" c="dimmed">
              {aboutTask(line ?? '')}
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
              <Table.Td>
                <TaskField path={path} />
              </Table.Td>
              <Table.Td className="wrap">
                <Code>{said(wanted)}</Code>
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
  const act = useOnce({
    mutationFn: ({ what, ...why }: { what: 'adopt' | 'undo'; overrideFreeze?: string }) =>
      call(taskChangeRoutes[what], { id, ...why }),
    ...refresh,
  });
  const may = useMay('job.write');
  const isEdit = may && (found === 'edited' || found === 'disabled');
  return (
    <Group>
      {state === 'drifted' && isEdit && adoption !== 'adopted' && (
        <Button size="xs" loading={act.isPending} onClick={() => act.mutate({ what: 'adopt' })}>
          {t('changes.adopt')}
        </Button>
      )}
      {may && adoption === 'adopted' && (
        <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate({ what: 'undo' })}>
          {t('changes.undo')}
        </Button>
      )}
      {act.data && (
        <Text size="sm" role="status">
          {t('changes.done', { n: act.data.version ?? 0 })}
        </Text>
      )}
      {act.isError && (
        <FrozenFailure
          error={act.error}
          isPending={act.isPending}
          onOverride={(overrideFreeze) => act.mutate({ what: act.variables?.what ?? 'undo', overrideFreeze })}
        />
      )}
    </Group>
  );
}

function said(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
