import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../../components/ask.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { localTime } from '../../../lib/times.js';
import { useOnce } from '../../../lib/use-once.js';
import type { QuietTime } from './quiet-time.js';

/** Ends the time of a recurring window that is open; the next ones stay: it recurs from the end of this one on. */
export function EndWindow({ time: { name, until, updatedAt } }: { time: QuietTime }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const end = useOnce({
    mutationFn: async () => {
      const place = { kind: 'MaintenanceWindow' as const, name };
      const { written } = await call(alertDocumentRoutes.get, place);
      const { kind: _, name: __, ...body } = written ?? {};
      return call(alertDocumentRoutes.put, { ...place, expect: updatedAt, body: { ...body, from: until } });
    },
    onSuccess: async () => {
      setAsked(false);
      await client.invalidateQueries();
    },
  });
  if (until === null) return null;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
        {t('quiet.endNow')}
      </Button>
      <Ask
        opened={asked}
        title={t('quiet.askEnd', { name })}
        act={t('quiet.endNow')}
        pending={end.isPending}
        error={end.error}
        onAct={() => end.mutate()}
        onClose={() => setAsked(false)}
      >
        <Text size="sm">{t('quiet.endMeans', { at: localTime(until) })}</Text>
      </Ask>
    </>
  );
}
