import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { diffFields, type FieldChange } from '@carillon/core/document/diff-fields';
import { countChanges, diffLines } from '@carillon/core/document/diff-lines';
import { Code, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { DiffView } from '../../components/diff-view.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { useWords, type Word } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { documentOf, filesOf, saidInLine } from './version-text.js';

/** What one version of a job says otherwise than another: field by field, then as lines of the file. */
export function VersionDiff({ job, from, to }: { job: string; from: number; to: number }) {
  const { t } = useWords();
  const before = useQuery(query(jobRoutes.version, { name: job, version: from }));
  const after = useQuery(query(jobRoutes.version, { name: job, version: to }));
  const found = useMemo(() => {
    if (!before.data || !after.data) return null;
    const lines = diffLines(...filesOf(before.data, after.data));
    return { fields: diffFields(documentOf(before.data), documentOf(after.data)), lines, ...countChanges(lines) };
  }, [before.data, after.data]);
  const title = from === to ? `v${to}` : t('job.compare', { from, to });
  return (
    <Section
      title={title}
      aside={
        found &&
        from !== to && (
          <Text size="sm" className="mono">
            <Text span c="teal">
              +{found.added}
            </Text>{' '}
            <Text span c="red">
              −{found.removed}
            </Text>
          </Text>
        )
      }
    >
      <Loaded query={before}>
        {() => (
          <Loaded query={after}>
            {() =>
              found && (
                <Stack gap="md">
                  {from !== to && <Fields fields={found.fields} />}
                  <DiffView lines={found.lines} label={title} />
                </Stack>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Section>
  );
}

/** Parts of a job file that have words of their own; others stand as they are written. */
const parts: Readonly<Record<string, Word>> = {
  description: 'job.field.description',
  owner: 'jobs.owner',
  enabled: 'jobs.enabled',
  targets: 'jobs.targets',
  schedule: 'jobs.schedule',
  when: 'jobs.when',
  run: 'jobs.what',
  runAs: 'jobs.runAs',
  rights: 'job.field.rights',
  onOverlap: 'jobs.onOverlap',
  onMissed: 'jobs.onMissed',
  onDrift: 'jobs.onDrift',
  timeout: 'jobs.timeout',
  retry: 'jobs.retry',
  exitCodes: 'job.field.exitCodes',
  output: 'runs.output',
  replaces: 'job.field.replaces',
  orphans: 'job.field.orphans',
  overrides: 'job.field.overrides',
  alerts: 'job.tab.alerts',
};

function Fields({ fields }: { fields: readonly FieldChange[] }) {
  const { t } = useWords();
  if (fields.length === 0) return <Text c="dimmed">{t('job.sameFields')}</Text>;
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table aria-label={t('job.fields')} verticalSpacing={5}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('changes.field')}</Table.Th>
            <Table.Th>{t('job.from')}</Table.Th>
            <Table.Th>{t('job.to')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map(({ path, before, after }) => {
            const word = parts[path[0] ?? ''];
            return (
              <Table.Tr key={path.join('\0')}>
                <Table.Td>
                  {word && <Text size="sm">{t(word)}</Text>}
                  <Text size="xs" c="dimmed" className="mono">
                    {path.join('.')}
                  </Text>
                </Table.Td>
                {[before, after].map((value, side) => (
                  <Table.Td key={side === 0 ? 'from' : 'to'} className="wrap">
                    {path[0] === 'enabled' ? (
                      t(value === false ? 'common.no' : 'common.yes')
                    ) : value === undefined ? (
                      <Text span size="sm" c="dimmed">
                        {t('job.usual')}
                      </Text>
                    ) : (
                      <Code className="said">{saidInLine(value)}</Code>
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
