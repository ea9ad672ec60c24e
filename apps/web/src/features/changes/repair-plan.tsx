import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { groupAlike } from '@carillon/core/desired/repair';
import { Stack, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import { useTaskField } from '../../i18n/use-task-field.js';
import { FieldDifferences } from './field-differences.js';

export type Drift = Response<typeof jobRoutes.drift>['items'][number];

/** Names of hosts that are written out. */
const named = 10;

/** What a repair would put back, hosts that differ alike together. */
export function RepairPlan({ drifts }: { drifts: readonly Drift[] }) {
  return (
    <Stack gap="md">
      {groupAlike(drifts).map(({ alike, hosts }) => (
        <Alike key={alike.host} drift={alike} hosts={hosts} />
      ))}
    </Stack>
  );
}

function Alike({ drift: { found, fields, differences }, hosts }: { drift: Drift; hosts: readonly string[] }) {
  const { t } = useWords();
  const { differenceText } = useTaskField();
  const some = hosts.slice(0, named).join(', ');
  const more = hosts.length > named ? t('repair.andMore', { n: hosts.length - named }) : '';
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
        {t('repair.on', { count: hosts.length, found: found === null ? t('repair.unknown') : t(`drift.${found}`) })}{' '}
        <Text span size="sm" c="dimmed">
          {[some, more].filter(Boolean).join(' ')}
        </Text>
      </Text>
      {fields && fields.length > 0 ? (
        <FieldDifferences fields={fields} asRepair />
      ) : (
        <Text size="sm">
          {found === 'deleted'
            ? t('repair.anew')
            : differences.map((text) => differenceText(text) ?? text).join('; ') || t('changes.noFields')}
        </Text>
      )}
    </Stack>
  );
}
