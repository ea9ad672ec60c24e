import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { PagedTable } from '../../components/paged-table.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';

type Loss = Response<typeof hostRoutes.losses>['items'][number];

/** What waited on a host and was given up before it arrived. */
export function HostLosses({ host }: { host: string }) {
  const { t } = useWords();
  const query = useInfiniteQuery(pagedQuery(hostRoutes.losses, { name: host }, 10_000));
  return (
    <PagedTable
      query={query}
      label={t('losses.title')}
      csv={{ name: `losses-of-${host}`, route: hostRoutes.losses, request: { name: host } }}
      head={[
        t('changes.noticed'),
        t('losses.why'),
        t('losses.results'),
        t('losses.outputs'),
        t('losses.others'),
        t('losses.between'),
      ]}
      row={(loss) => <LossRow key={loss.id} loss={loss} />}
      empty={<Empty text={t('losses.none')} />}
    />
  );
}

function LossRow({ loss }: { loss: Loss }) {
  const { t } = useWords();
  const { noticedAt, reason, runEvents, outputRuns, otherEvents, from, to } = loss;
  return (
    <Table.Tr>
      <Table.Td>
        <When at={noticedAt} />
      </Table.Td>
      <Table.Td>{t(`losses.${reason}`)}</Table.Td>
      <Table.Td>{runEvents}</Table.Td>
      <Table.Td>{outputRuns}</Table.Td>
      <Table.Td>{otherEvents}</Table.Td>
      <Table.Td>
        {from ? <When at={from} /> : '–'} – {to ? <When at={to} /> : '–'}
      </Table.Td>
    </Table.Tr>
  );
}
