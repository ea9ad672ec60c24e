import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Table, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../components/ask.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { browserWords } from './browser-words.js';

export type Session = Response<typeof signedInRoutes.mine>['items'][number];

export function useSessionHead(): string[] {
  const { t } = useWords();
  return [t('access.name'), t('access.from'), t('access.since'), t('access.expires'), ''];
}

/** What a session runs in, as people call it; else as it calls itself. */
function useBrowserText(): (agent: string | null) => string {
  const { t } = useWords();
  return (agent) => {
    const words = browserWords(agent);
    if (!words) return agent ?? '–';
    const { browser, system } = words;
    return system === null ? browser : t('access.browserOn', { browser, system });
  };
}

/** A browser that is signed in, and the way to end it. */
export function SessionRow({ session }: { session: Session }) {
  const { t } = useWords();
  const client = useQueryClient();
  const browserText = useBrowserText();
  // Rows move up when one goes: the second click of a double click would end the next one.
  const [isAsked, setAsked] = useState(false);
  const end = useOnce({
    mutationFn: () => call(signedInRoutes.end, { id: session.id }),
    onSuccess: () => {
      setAsked(false);
      return client.invalidateQueries();
    },
  });
  const { name, address, agent, createdAt, expiresAt, current } = session;
  const browser = browserText(agent);
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>
        {address ?? '–'}
        <Text size="xs" c="dimmed" maw={240} truncate title={agent ?? ''}>
          {browser}
        </Text>
      </Table.Td>
      <Table.Td>
        <When at={createdAt} />
      </Table.Td>
      <Table.Td>
        <When at={expiresAt} />
      </Table.Td>
      <Table.Td>
        {current ? (
          t('access.thisOne')
        ) : (
          <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
            {t('access.end')}
          </Button>
        )}
        <Ask
          opened={isAsked}
          title={t('access.askEnd', { name })}
          act={t('access.end')}
          pending={end.isPending}
          error={end.error}
          onAct={() => end.mutate()}
          onClose={() => setAsked(false)}
        >
          <Text size="sm">{t('access.endMeans', { browser, address: address ?? '–' })}</Text>
        </Ask>
      </Table.Td>
    </Table.Tr>
  );
}
