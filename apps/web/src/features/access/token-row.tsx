import { accessTokenRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Table } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { Sure } from './sure.js';
import { Grants } from './written-grants.js';

type Token = Response<typeof accessTokenRoutes.revoke>;

export const areaWords = {
  all: 'access.areaAll',
  access: 'access.areaAccess',
  read: 'access.areaRead',
  incidents: 'access.areaIncidents',
} as const;

export function useTokenHead(): string[] {
  const { t } = useWords();
  const words = ['access.name', 'access.owner', 'access.area', 'access.from', 'access.expires', 'access.used'] as const;
  return [...words.map((word) => t(word)), ''];
}

/** A program's way in, and the way to take it back. */
export function TokenRow({ token }: { token: Token }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const revoke = useOnce({
    mutationFn: () => call(accessTokenRoutes.revoke, { id: token.id }),
    onSuccess: () => {
      setAsked(false);
      return client.invalidateQueries();
    },
  });
  return (
    <Table.Tr>
      <Table.Td>{token.name}</Table.Td>
      <Table.Td>{token.owner}</Table.Td>
      <Table.Td>{token.grants ? <Grants grants={token.grants} /> : t(areaWords[token.area])}</Table.Td>
      <Table.Td>{token.addresses.join(', ') || '–'}</Table.Td>
      <Table.Td>
        <When at={token.expiresAt} />
      </Table.Td>
      <Table.Td>{token.usedAt === null ? t('access.never') : <When at={token.usedAt} />}</Table.Td>
      <Table.Td>
        {token.revokedAt !== null ? (
          t('access.revoked')
        ) : (
          <Button size="compact-xs" variant="default" loading={revoke.isPending} onClick={() => setAsked(true)}>
            {t('access.revoke')}
          </Button>
        )}
        <Sure
          opened={isAsked}
          title={t('access.askRevoke', { name: token.name })}
          text={t('access.revokeMeans')}
          act={t('access.revoke')}
          pending={revoke.isPending}
          error={revoke.error}
          onAct={() => revoke.mutate()}
          onClose={() => setAsked(false)}
        />
      </Table.Td>
    </Table.Tr>
  );
}
