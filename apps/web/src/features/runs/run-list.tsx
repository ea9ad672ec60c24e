import type { Request } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { PagedTable } from '../../components/paged-table.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { RunRow, useRunHead } from './run-rows.js';

type Filter = Omit<Request<typeof runRoutes.list>, 'cursor'>;

/** Runs that match a filter, newest first, kept fresh. */
export function RunList({ filter, filtered = false }: { filter: Filter; filtered?: boolean }) {
  const { t } = useWords();
  const head = useRunHead();
  const query = useInfiniteQuery(pagedQuery(runRoutes.list, filter, 5_000));
  return (
    <PagedTable
      query={query}
      label={t('nav.runs')}
      head={head}
      row={(run) => <RunRow key={run.id} run={run} />}
      empty={<Empty text={filtered ? t('runs.noneFound') : t('runs.none')} />}
    />
  );
}
