import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../../components/ask.js';
import { useWords } from '../../../i18n/index.js';
import { useOnce } from '../../../lib/use-once.js';

/** Deletes a secret that nothing uses, after a question. @param forget what does it */
export function Forget({ name, forget }: { name: string; forget: () => Promise<unknown> }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const act = useOnce({ mutationFn: forget, onSuccess: () => client.invalidateQueries() });
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        aria-label={t('alerting.remove', { name })}
        onClick={() => setAsked(true)}
      >
        {t('secrets.forget')}
      </Button>
      <Ask
        opened={asked}
        title={t('alerting.askRemove', { name })}
        act={t('secrets.forget')}
        danger
        pending={act.isPending}
        error={act.error}
        onAct={() => act.mutate()}
        onClose={() => setAsked(false)}
      >
        <Text size="sm">{t('secrets.forgetMeans')}</Text>
      </Ask>
    </>
  );
}
