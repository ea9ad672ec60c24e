import type { Response } from '@carillon/contract/http/route';
import type { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { Code, Table } from '@mantine/core';
import { TaskField } from '../../components/task-field.js';
import { useWords } from '../../i18n/index.js';

type Fields = NonNullable<Response<typeof taskChangeRoutes.get>['fields']>;

/** Both sides have to be seen at once, on a phone too. */
const narrow = { miw: 0, style: { overflowWrap: 'anywhere' } } as const;

/** A task field by field. @param asRepair what is there now comes first, then what it will be */
export function FieldDifferences({ fields, asRepair = false }: { fields: Fields; asRepair?: boolean }) {
  const { t } = useWords();
  const found = { head: t(asRepair ? 'repair.is' : 'changes.found'), of: ({ found: value }: Fields[number]) => value };
  const wanted = {
    head: t(asRepair ? 'repair.willBe' : 'changes.wanted'),
    of: (field: Fields[number]) => field.wanted,
  };
  const columns = asRepair ? [found, wanted] : [wanted, found];
  return (
    <Table.ScrollContainer minWidth={280}>
      <Table aria-label={t('changes.what')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('changes.field')}</Table.Th>
            {columns.map(({ head }) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map((field) => (
            <Table.Tr key={field.path}>
              <Table.Td className="wrap" {...narrow}>
                <TaskField path={field.path} />
              </Table.Td>
              {columns.map((column) => (
                <Table.Td key={column.head} className="wrap" {...narrow}>
                  <Code {...(column === found ? { c: 'orange', fw: 600 } : {})}>{said(column.of(field))}</Code>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function said(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
