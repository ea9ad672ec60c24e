import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { isRunUnderWay } from '@carillon/core/state/states';
import { Table, Text } from '@mantine/core';
import { ExportRows } from '../../components/export-button.js';
import { Section } from '../../components/section.js';
import { RunBadge } from '../../components/state-badge.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { readAttempts } from './read-attempts.js';
import { useLines } from './use-lines.js';
import type { OutputPiece } from './use-output.js';

type Run = Response<typeof runRoutes.get>;

/** Each start of the program within one run, where it was started again. */
export function RunAttempts({ run, pieces }: { run: Run; pieces: readonly OutputPiece[] }) {
  const { t } = useWords();
  const earlier = readAttempts(useLines(pieces, 'stderr'), run.attempts);
  if (run.attempts < 2) return null;
  return (
    <Section title={t('runs.attemptList')}>
      {earlier === null ? (
        <Text size="sm" c="dimmed">
          {t('runs.attemptsUnknown', { count: run.attempts })}
        </Text>
      ) : (
        <>
          <Table.ScrollContainer minWidth={420}>
            <Table aria-label={t('runs.attemptList')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('runs.attempt')}</Table.Th>
                  <Table.Th>{t('common.state')}</Table.Th>
                  <Table.Th>{t('runs.exit')}</Table.Th>
                  <Table.Th>{t('runs.finished')}</Table.Th>
                  <Table.Th>{t('runs.waited')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {earlier.map(({ attempt, at, exitCode, wait }) => (
                  <Table.Tr key={attempt}>
                    <Table.Td>{attempt}</Table.Td>
                    <Table.Td>
                      <RunBadge state={exitCode === null ? 'timed_out' : 'failed'} />
                    </Table.Td>
                    <Table.Td className="mono">{exitCode ?? '–'}</Table.Td>
                    <Table.Td>
                      <When at={at} zone={run.timezone} />
                    </Table.Td>
                    <Table.Td>{wait}</Table.Td>
                  </Table.Tr>
                ))}
                <Table.Tr>
                  <Table.Td>{run.attempts}</Table.Td>
                  <Table.Td>
                    <RunBadge state={run.state} />
                  </Table.Td>
                  <Table.Td className="mono">{run.exitCode ?? '–'}</Table.Td>
                  <Table.Td>
                    {run.finishedAt && !isRunUnderWay(run.state) ? (
                      <When at={run.finishedAt} zone={run.timezone} />
                    ) : (
                      '–'
                    )}
                  </Table.Td>
                  <Table.Td>–</Table.Td>
                </Table.Tr>
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          <ExportRows name={`attempts-of-${run.id}`} rows={earlier} />
        </>
      )}
    </Section>
  );
}
