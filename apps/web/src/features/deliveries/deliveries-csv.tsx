import { channelRoutes } from '@carillon/contract/http/channels.routes';
import type { Request } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { ExportButton } from '../../components/export-button.js';
import type { Notice } from '../../components/notice-cells.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call } from '../../lib/api.js';
import type { CsvColumn } from '../../lib/table-csv.js';

/** Heads and codes are the same in every language; what is a sentence is the reader's. */
const columns = ({ outcomeText }: ReturnType<typeof useServerText>): readonly CsvColumn<Notice>[] => [
  ['incident', (notice) => notice.incident],
  ['created', (notice) => notice.createdAt],
  ['channel', (notice) => notice.channel],
  ['recipient', (notice) => notice.recipient],
  ['reason', (notice) => notice.reason],
  ['step', (notice) => notice.step],
  ['state', (notice) => notice.state],
  ['attempts', (notice) => notice.attempts],
  ['sent', (notice) => notice.sentAt],
  ['next try', (notice) => notice.nextAt],
  ['outcome', (notice) => notice.outcome?.code],
  ['outcome in words', (notice) => notice.outcome && outcomeText(notice.outcome)],
  ['id', (notice) => notice.id],
];

/** Every notice that the filter lets through. */
export function ExportDeliveries({ filter }: { filter: Request<typeof channelRoutes.deliveries> }) {
  return (
    <ExportButton
      name="deliveries"
      columns={columns(useServerText())}
      read={(cursor, signal) =>
        call(channelRoutes.deliveries, { ...filter, limit: limits.pageItems.max, cursor }, signal)
      }
    />
  );
}
