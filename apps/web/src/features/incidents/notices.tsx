import { Table } from '@mantine/core';
import { ExportRows } from '../../components/export-button.js';
import { NoticeBody } from '../../components/notice-body.js';
import { NoticeCells, useNoticeHead } from '../../components/notice-cells.js';
import { useWords } from '../../i18n/index.js';
import type { Incident } from './incident-shapes.js';

/** Who was told, where, and how that went. */
export function Notices({ incident: { number, notices } }: { incident: Incident }) {
  const { t } = useWords();
  const head = [...useNoticeHead(), ''];
  if (notices.length === 0) return null;
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={t('incidents.notices')}>
          <Table.Thead>
            <Table.Tr>
              {head.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {notices.map((notice) => (
              <Table.Tr key={notice.id}>
                <NoticeCells notice={notice} />
                <Table.Td>
                  <NoticeBody id={notice.id} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name={`notices-of-incident-${number}`} rows={notices} />
    </>
  );
}
