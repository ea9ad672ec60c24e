import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import type { Response } from '@carillon/contract/http/route';
import { Alert, Button, Checkbox, Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../../components/ask.js';
import { Empty } from '../../../components/empty.js';
import { HostLink } from '../../../components/links.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { call, pagedQuery } from '../../../lib/api.js';
import { useMay } from '../../../lib/use-may.js';
import { useOnce } from '../../../lib/use-once.js';
import { useTitle } from '../../../lib/use-title.js';
import { PageHead } from '../list-head.js';
import { PauseForm } from './pause-form.js';

type Pause = Response<typeof pauseRoutes.list>['items'][number];

/** Hosts that start nothing by themselves now, and how to let more of them rest or go on. */
export function PausesPage() {
  const { t } = useWords();
  useTitle(t('nav.pauses'));
  const client = useQueryClient();
  const may = useMay('host.pause');
  const pauses = useInfiniteQuery(pagedQuery(pauseRoutes.list, { limit: 200 }, 10_000));
  const [marked, setMarked] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState(false);
  const hosts = (pauses.data?.pages.flatMap(({ items }) => items) ?? []).map(({ host }) => host);
  const chosen = marked.filter((host) => hosts.includes(host));
  const resume = useOnce({
    mutationFn: (which: readonly string[]) => call(pauseRoutes.resume, { body: { hosts: [...which] } }),
    onSuccess: async () => {
      setAsked(false);
      setMarked([]);
      await client.invalidateQueries();
    },
  });
  const mark = (host: string, on: boolean) =>
    setMarked((before) => (on ? [...before, host] : before.filter((one) => one !== host)));
  return (
    <Stack>
      <PageHead title={t('nav.pauses')} text={t('pauses.text')}>
        {may && <PauseForm />}
      </PageHead>
      {resume.data && (
        <Alert color="teal" variant="light" role="status">
          {t('pauses.resumed', { count: resume.data.hosts.length })}
        </Alert>
      )}
      {chosen.length > 0 && (
        <Group>
          <Button size="sm" onClick={() => setAsked(true)}>
            {t('pauses.resume', { count: chosen.length })}
          </Button>
        </Group>
      )}
      <PagedTable
        query={pauses}
        label={t('nav.pauses')}
        csv={{ name: 'pauses', route: pauseRoutes.list, request: {} }}
        head={['', t('runs.host'), t('quiet.until'), t('pauses.afterwards'), t('quiet.who'), t('silence.reason')]}
        row={(pause) => (
          <Row
            key={pause.id}
            pause={pause}
            isMarked={chosen.includes(pause.host)}
            onMark={(on) => mark(pause.host, on)}
          />
        )}
        empty={
          <Empty
            text={t('pauses.none')}
            command="carillon pause --group berlin --for 4h --then skip --reason patches"
          />
        }
      />
      <Ask
        opened={asked}
        title={t('pauses.askResume', { count: chosen.length })}
        act={t('pauses.resume', { count: chosen.length })}
        pending={resume.isPending}
        error={resume.error}
        onAct={() => resume.mutate(chosen)}
        onClose={() => setAsked(false)}
      >
        <Text size="sm">{t('pauses.resumeMeans')}</Text>
      </Ask>
    </Stack>
  );
}

interface RowProps {
  readonly pause: Pause;
  readonly isMarked: boolean;
  readonly onMark: (on: boolean) => void;
}

function Row({ pause: { host, until, afterwards, by, reason }, isMarked, onMark }: RowProps) {
  const { t } = useWords();
  return (
    <Table.Tr>
      <Table.Td w={36}>
        <Checkbox
          size="xs"
          aria-label={t('pauses.mark', { name: host })}
          checked={isMarked}
          onChange={(event) => onMark(event.currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td>
        <HostLink name={host} />
      </Table.Td>
      <Table.Td>
        <When at={until} />
      </Table.Td>
      <Table.Td>{t(`hosts.afterwards.${afterwards}`)}</Table.Td>
      <Table.Td className="wrap">{by}</Table.Td>
      <Table.Td className="wrap">{reason || '–'}</Table.Td>
    </Table.Tr>
  );
}
