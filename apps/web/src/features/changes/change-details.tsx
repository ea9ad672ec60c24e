import type { Response } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FrozenFailure } from '../../components/frozen-failure.js';
import { Loaded } from '../../components/loaded.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { useTaskField } from '../../i18n/use-task-field.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { FieldDifferences } from './field-differences.js';
import { RepairOutcome } from './repair-outcome.js';
import { useRepair } from './use-repair.js';

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
            <FieldDifferences fields={detail.fields} />
          ) : (
            <Text size="sm">
              {detail.found === 'deleted'
                ? t('repair.gone')
                : detail.differences.map((text) => differenceText(text) ?? text).join('; ') || t('changes.noFields')}
            </Text>
          )}
          {detail.changedAt && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {t('changes.by')} {detail.changedBy ?? '–'}, <When at={detail.changedAt} />
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

/** What may be done: an edit that stands is put back, or becomes what the host should have, and back again. */
function ChangeActs({
  detail: { id, job, host, state, adoption, found, stands = true, undoneVersion },
}: {
  detail: Detail;
}) {
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
  const isOpen = state === 'drifted' && stands && adoption !== 'adopted';
  const repair = useRepair(job);
  const mayRepair = useMay('run');
  return (
    <Group>
      {isOpen && mayRepair && (
        <Button
          size="xs"
          loading={repair.isPending || repair.isUnderWay}
          disabled={act.isPending}
          onClick={() => repair.mutate([host])}
        >
          {t('repair.now')}
        </Button>
      )}
      {isOpen && isEdit && (
        <Button
          size="xs"
          variant="default"
          disabled={repair.isUnderWay}
          loading={act.isPending}
          onClick={() => act.mutate({ what: 'adopt' })}
        >
          {t('changes.adopt')}
        </Button>
      )}
      {may && adoption === 'adopted' && !undoneVersion && (
        <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate({ what: 'undo' })}>
          {t('changes.undo')}
        </Button>
      )}
      <RepairOutcome repair={repair} />
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
