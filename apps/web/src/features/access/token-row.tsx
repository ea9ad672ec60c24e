import { accessTokenRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../components/ask.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { ShownOnce } from './shown-once.js';
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

/** A program's way in, and the ways to take it back or to give it another secret. */
export function TokenRow({ token }: { token: Token }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [asked, setAsked] = useState<'revoke' | 'rotate' | null>(null);
  const onSuccess = () => {
    setAsked(null);
    return client.invalidateQueries();
  };
  const revoke = useOnce({ mutationFn: () => call(accessTokenRoutes.revoke, { id: token.id }), onSuccess });
  const rotate = useOnce({ mutationFn: () => call(accessTokenRoutes.rotate, { id: token.id }), onSuccess });
  const { name } = token;
  const isOver = new Date(token.expiresAt).getTime() <= Date.now();
  return (
    <>
      <Table.Tr>
        <Table.Td className="wrap">{name}</Table.Td>
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
          ) : isOver ? (
            t('access.expired')
          ) : (
            <Group gap="xs" justify="end" wrap="nowrap">
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`${t('access.rotate')}: ${name}`}
                onClick={() => setAsked('rotate')}
              >
                {t('access.rotate')}
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`${t('access.revoke')}: ${name}`}
                onClick={() => setAsked('revoke')}
              >
                {t('access.revoke')}
              </Button>
            </Group>
          )}
          <Ask
            opened={asked === 'revoke'}
            title={t('access.askRevoke', { name })}
            act={t('access.revoke')}
            danger
            pending={revoke.isPending}
            error={revoke.error}
            onAct={() => revoke.mutate()}
            onClose={() => setAsked(null)}
          >
            <Text size="sm">{t('access.revokeMeans')}</Text>
          </Ask>
          <Ask
            opened={asked === 'rotate'}
            title={t('access.askRotate', { name })}
            act={t('access.rotate')}
            pending={rotate.isPending}
            error={rotate.error}
            onAct={() => rotate.mutate()}
            onClose={() => setAsked(null)}
          >
            <Text size="sm">{t('access.rotateMeans')}</Text>
          </Ask>
        </Table.Td>
      </Table.Tr>
      {rotate.data && (
        <Table.Tr>
          <Table.Td colSpan={7}>
            <Stack maw="min(560px, 80vw)">
              <ShownOnce words={t('access.token')} secret={rotate.data.token} onKept={rotate.reset} />
            </Stack>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
