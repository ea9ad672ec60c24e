import type { noticeSummary } from '@carillon/contract/http/incidents.routes';
import { Table } from '@mantine/core';
import type { z } from 'zod';
import { useWords } from '../i18n/index.js';
import { useServerText } from '../i18n/use-server-text.js';
import { NoticeBadge } from './state-badge.js';
import { When } from './when.js';

export type Notice = z.infer<typeof noticeSummary>;

export function useNoticeHead(): string[] {
  const { t } = useWords();
  return [t('incidents.at'), t('common.state'), t('incidents.channel'), t('incidents.reason'), t('incidents.answer')];
}

/** When somebody was told, where, and how that went. */
export function NoticeCells({ notice }: { notice: Notice }) {
  const { t } = useWords();
  const { outcomeText } = useServerText();
  const { channel, recipient, reason, state, attempts, createdAt, nextAt, outcome } = notice;
  return (
    <>
      <Table.Td>
        <When at={createdAt} />
      </Table.Td>
      <Table.Td>
        <NoticeBadge state={state} />
      </Table.Td>
      <Table.Td className="wrap">
        {channel}
        {recipient && ` · ${recipient}`}
      </Table.Td>
      <Table.Td>{t(`notice.reason.${reason}`)}</Table.Td>
      <Table.Td className="wrap" miw={200}>
        {outcome ? outcomeText(outcome) : '–'}
        {attempts > 1 && ` · ${t('incidents.tries', { count: attempts })}`}
        {nextAt && state === 'failed' && (
          <>
            {' '}
            · {t('incidents.nextTry')} <When at={nextAt} />
          </>
        )}
      </Table.Td>
    </>
  );
}
