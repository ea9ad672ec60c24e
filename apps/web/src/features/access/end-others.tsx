import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { ApiFailure } from '@carillon/contract/http/client';
import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../components/ask.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import type { Session } from './session-row.js';

/** Signs one out everywhere but here; nothing where there is nowhere else. */
export function EndOthers({ sessions }: { sessions: readonly Session[] }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const others = sessions.filter(({ current }) => !current);
  const end = useOnce({
    mutationFn: async () => {
      for (const { id } of others) await call(signedInRoutes.end, { id }).catch(passOver);
    },
    onSuccess: () => setAsked(false),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <>
      {others.length > 0 && (
        <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
          {t('access.endOthers')}
        </Button>
      )}
      <Ask
        opened={isAsked}
        title={t('access.askEndOthers')}
        act={t('access.endOthers')}
        pending={end.isPending}
        error={end.error}
        onAct={() => end.mutate()}
        onClose={() => setAsked(false)}
      >
        <Text size="sm">{t('access.endOthersMeans', { count: others.length })}</Text>
      </Ask>
    </>
  );
}

/** One that has ended by itself meanwhile is what was asked for. */
function passOver(error: unknown): void {
  if (!(error instanceof ApiFailure && error.status === 404)) throw error;
}
