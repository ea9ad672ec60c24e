import { type LogLevel, logLevels } from '@carillon/core/run/log-line';
import { Badge, Group, SegmentedControl, Table, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ExportRows } from '../../components/export-button.js';
import { useTimes } from '../../components/when.js';
import { WindowedTable } from '../../components/windowed-table.js';
import { useWords } from '../../i18n/index.js';
import { type LogRow, logRows } from './log-records.js';
import type { OutputLine } from './output-lines.js';

const colors: Readonly<Record<LogLevel, string>> = {
  trace: 'gray',
  debug: 'gray',
  info: 'blue',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};
const offered = ['info', 'warn', 'error'] as const satisfies readonly LogLevel[];
const nothing = () => undefined;

interface Props {
  readonly lines: readonly OutputLine[];
  readonly zone: string | undefined;
}

/** A structured log as a table, by level. What a program wrote stands there as text. */
export function LogTable({ lines, zone }: Props) {
  const { t } = useWords();
  const [least, setLeast] = useState<LogLevel | 'all'>('all');
  const rows = useMemo(() => logRows(lines, least === 'all' ? null : least), [lines, least]);
  const head = [t('runs.logTime'), t('runs.logLevel'), t('runs.logMessage'), t('runs.logTrace')];
  return (
    <>
      <Group gap="xs" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('runs.logLevel')}
          value={least}
          onChange={(value) => setLeast(logLevels.find((level) => level === value) ?? 'all')}
          data={[
            { value: 'all', label: t('runs.logAll') },
            ...offered.map((value) => ({ value, label: `≥ ${value}` })),
          ]}
        />
        <Text size="xs" c="dimmed" role="status">
          {t('runs.logRows', { count: rows.length })}
        </Text>
      </Group>
      <WindowedTable
        items={rows}
        head={head}
        label={t('runs.logTable')}
        onNearEnd={nothing}
        row={(row) => <Row key={row.line} row={row} zone={zone} />}
      />
      <ExportRows name="log" rows={rows} />
    </>
  );
}

function Row({ row, zone }: { row: LogRow; zone: string | undefined }) {
  const { timeText } = useTimes();
  const { record, at, text } = row;
  return (
    <Table.Tr data-row data-level={record?.level}>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{record && <bdi>{record.at ?? timeText(at, zone)}</bdi>}</Table.Td>
      <Table.Td>
        {record && (
          <Badge size="sm" variant="light" color={colors[record.level]}>
            {record.level}
          </Badge>
        )}
      </Table.Td>
      <Table.Td title={text} maw={0} w="70%">
        <Text size="sm" truncate>
          <bdi>{record ? record.message : text}</bdi>
        </Text>
        {record && record.more.length > 0 && (
          <Text size="xs" c="dimmed" truncate>
            <bdi>{record.more.map(([name, value]) => `${name}=${value}`).join('  ')}</bdi>
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="xs" truncate maw={140} title={record?.traceId ?? undefined}>
          {record?.traceId}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
