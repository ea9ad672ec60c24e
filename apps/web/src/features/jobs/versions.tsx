import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { Group, Radio, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ExportButton } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { MoreButton } from '../../components/more-button.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call, pagedQuery } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { VersionDiff } from './version-diff.js';

type Version = Response<typeof jobRoutes.versions>['items'][number];

interface Choice {
  readonly before: number;
  readonly after: number;
}

/** Every version of a job, newest first, and what any two of them say differently. None of them ever changes. */
export function Versions({ job, version }: { job: string; version: number }) {
  const { t } = useWords();
  const { before, after = version } = useSearch({ from: '/signed-in/jobs/$name' });
  const navigate = useNavigate();
  const versions = useInfiniteQuery({
    ...pagedQuery(jobRoutes.versions, { name: job }),
    queryKey: ['versions', job, version],
  });
  if (!versions.data) {
    return versions.isError ? (
      <Failure error={versions.error} onRetry={() => void versions.refetch()} />
    ) : (
      <Placeholder />
    );
  }
  const chosen = { before: before ?? Math.max(1, after - 1), after };
  const choose = (part: Partial<Choice>) =>
    void navigate({
      to: '/jobs/$name',
      params: { name: job },
      search: { tab: 'versions', ...chosen, ...part },
      replace: true,
    });
  return (
    <>
      <Section title={t('jobs.versions')}>
        <Stack gap="sm">
          <VersionTable
            job={job}
            current={version}
            versions={versions.data.pages.flatMap((page) => page.items)}
            chosen={chosen}
            onChoose={choose}
          />
          <Group justify="space-between">
            <MoreButton query={versions} />
            <ExportButton
              name={`versions-of-${job}`}
              size="compact-xs"
              read={(cursor, signal) =>
                call(jobRoutes.versions, { name: job, limit: limits.pageItems.max, cursor }, signal)
              }
            />
          </Group>
        </Stack>
      </Section>
      <VersionDiff key={`${chosen.before} ${chosen.after}`} job={job} from={chosen.before} to={chosen.after} />
    </>
  );
}

interface TableProps {
  readonly job: string;
  /** The one that counts. */
  readonly current: number;
  readonly versions: readonly Version[];
  readonly chosen: Choice;
  readonly onChoose: (part: Partial<Choice>) => void;
}

function VersionTable({ job, current, versions, chosen, onChoose }: TableProps) {
  const { t } = useWords();
  const { recordText } = useServerText();
  const mayWrite = useMay('job.write');
  const head = [t('jobs.version'), t('job.from'), t('job.to'), t('job.written'), t('job.author'), t('job.reason')];
  return (
    <Table.ScrollContainer minWidth={720} mah={360}>
      <Table aria-label={t('jobs.versions')} stickyHeader verticalSpacing={5}>
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
            {mayWrite && <Table.Th />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map(({ version, createdAt, author, reason }) => (
            <Table.Tr key={version}>
              <Table.Td>v{version}</Table.Td>
              {(['before', 'after'] as const).map((side) => (
                <Table.Td key={side}>
                  <Radio
                    size="xs"
                    name={side}
                    aria-label={t(side === 'before' ? 'job.fromVersion' : 'job.toVersion', { n: version })}
                    checked={chosen[side] === version}
                    onChange={() => onChoose({ [side]: version })}
                  />
                </Table.Td>
              ))}
              <Table.Td>
                <When at={createdAt} />
              </Table.Td>
              <Table.Td className="wrap">{author}</Table.Td>
              <Table.Td className="wrap" miw={160}>
                {(reason && recordText(reason)) || (
                  <Text span size="sm" c="dimmed">
                    –
                  </Text>
                )}
              </Table.Td>
              {mayWrite && (
                <Table.Td ta="end">
                  {version !== current && (
                    <PageLink
                      to="/jobs/$name/edit"
                      params={{ name: job }}
                      search={{ bring: version }}
                      aria-label={t('job.bringVersion', { n: version })}
                    >
                      {t('job.bring')}
                    </PageLink>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
