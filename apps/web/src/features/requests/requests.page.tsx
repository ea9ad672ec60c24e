import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { requestStates } from '@carillon/core/approval/change-request';
import { Badge, Button, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Dialog } from '../../components/dialog.js';
import { Empty } from '../../components/empty.js';
import { FormDialog } from '../../components/form-dialog.js';
import { NothingFound } from '../../components/nothing-found.js';
import { PagedTable } from '../../components/paged-table.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { pagedQuery } from '../../lib/api.js';
import { isFiltered } from '../../lib/search.js';
import { useTitle } from '../../lib/use-title.js';
import { RequestDetail } from './request-detail.js';
import { type RequestFilter, readRequestFilter } from './request-filter.js';

type Request = Response<typeof requestRoutes.approve>;

const colours = {
  open: 'yellow',
  applied: 'green',
  rejected: 'red',
  withdrawn: 'gray',
  expired: 'gray',
  stale: 'orange',
} as const;

/** What waits for approval, and what became of it. */
export function RequestsPage() {
  const { t } = useWords();
  useTitle(t('nav.requests'));
  const { number, ...filter } = readRequestFilter({ ...useSearch({ from: '/signed-in/requests' }) });
  const navigate = useNavigate({ from: '/requests' });
  const found = useInfiniteQuery(pagedQuery(requestRoutes.list, { ...filter }, 15_000));
  const { recordText, requestText } = useServerText();
  const told = ({ title, outcome, ...row }: Request): Request => ({
    ...row,
    title: requestText(title),
    outcome: outcome && recordText(outcome),
  });
  const putAside = () =>
    void navigate({ to: '/requests', search: (before) => ({ ...before, number: undefined }), replace: true });
  const head = ['number', 'what', 'author', 'groups', 'state', 'approved', 'since'] as const;
  return (
    <Stack>
      <div>
        <Title order={1}>{t('nav.requests')}</Title>
        <Text size="sm" c="dimmed" maw={640}>
          {t('requests.text')}
        </Text>
      </div>
      <Select
        label={t('requests.state')}
        placeholder={t('common.all')}
        clearable
        w={220}
        data={requestStates.map((value) => ({ value, label: t(`requests.state.${value}`) }))}
        value={filter.state ?? null}
        onChange={(value) =>
          void navigate({
            to: '/requests',
            search: { state: (value as RequestFilter['state'] | null) ?? undefined },
            replace: true,
          })
        }
      />
      <PagedTable
        query={found}
        label={t('nav.requests')}
        csv={{ name: 'requests', route: requestRoutes.list, request: { ...filter }, told }}
        head={[...head.map((word) => t(`requests.${word}`)), '']}
        row={(request) => <Row key={request.number} request={request} />}
        empty={
          isFiltered(filter) ? <NothingFound text={t('requests.noneFound')} /> : <Empty text={t('requests.none')} />
        }
      />
      <Dialog
        opened={number !== undefined}
        onClose={putAside}
        size="xl"
        title={t('requests.numbered', { number: number ?? '' })}
      >
        {number !== undefined && <RequestDetail number={number} done={putAside} />}
      </Dialog>
    </Stack>
  );
}

function Row({ request }: { request: Request }) {
  const { t } = useWords();
  const called = useServerText().requestText(request.title);
  const { number, author, groups, state, approvals, required, createdAt } = request;
  return (
    <Table.Tr>
      <Table.Td>{number}</Table.Td>
      <Table.Td className="wrap">{called}</Table.Td>
      <Table.Td className="wrap">{author}</Table.Td>
      <Table.Td className="wrap">{groups.join(', ')}</Table.Td>
      <Table.Td>
        <Badge variant="light" color={colours[state]} tt="none">
          {t(`requests.state.${state}`)}
        </Badge>
      </Table.Td>
      <Table.Td className="wrap">
        {t('requests.of', { n: approvals.length, required })}
        <Text size="xs" c="dimmed">
          {approvals.map(({ name }) => name).join(', ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <When at={createdAt} />
      </Table.Td>
      <Table.Td>
        <FormDialog
          title={`${number}: ${called}`}
          size="xl"
          button={(open) => (
            <Button size="compact-xs" variant="default" onClick={open}>
              {t('requests.look')}
            </Button>
          )}
        >
          {(done) => <RequestDetail number={number} done={done} />}
        </FormDialog>
      </Table.Td>
    </Table.Tr>
  );
}
