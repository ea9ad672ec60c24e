import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Table, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Failure } from '../../components/failure.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';

type Session = Response<typeof signedInRoutes.mine>['items'][number];

export function useSessionHead(): string[] {
  const { t } = useWords();
  return [t('access.name'), t('access.from'), t('access.since'), t('access.expires'), ''];
}

/** A browser that is signed in, and the way to end it. */
export function SessionRow({ session }: { session: Session }) {
  const { t } = useWords();
  const client = useQueryClient();
  const end = useOnce({
    mutationFn: () => call(signedInRoutes.end, { id: session.id }),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Table.Tr>
      <Table.Td>{session.name}</Table.Td>
      <Table.Td>
        {session.address ?? '–'}
        <Text size="xs" c="dimmed" maw={240} truncate title={session.agent ?? ''}>
          {session.agent}
        </Text>
      </Table.Td>
      <Table.Td>
        <When at={session.createdAt} />
      </Table.Td>
      <Table.Td>
        <When at={session.expiresAt} />
      </Table.Td>
      <Table.Td>
        {session.current ? (
          t('access.thisOne')
        ) : (
          <Button size="compact-xs" variant="default" loading={end.isPending} onClick={() => end.mutate()}>
            {t('access.end')}
          </Button>
        )}
        {end.isError && <Failure error={end.error} />}
      </Table.Td>
    </Table.Tr>
  );
}
