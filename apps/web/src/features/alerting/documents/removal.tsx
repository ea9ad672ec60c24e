import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { ActionIcon, Alert, Button, Group, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ask } from '../../../components/ask.js';
import { Failure } from '../../../components/failure.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';
import { useMayWrite } from './use-may-write.js';

interface Kept {
  readonly name: string;
  readonly written: Record<string, unknown>;
  readonly source?: string | null | undefined;
}

/** Deletes documents of a kind; the last one can be put back as it was written. */
export function useRemoval(kind: AlertDocumentKind) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries();
  const remove = useOnce({
    mutationFn: async (name: string) => {
      const { written, source } = await call(alertDocumentRoutes.get, { kind, name });
      await call(alertDocumentRoutes.remove, { kind, name });
      return { name, written: written ?? null, source };
    },
    // Not waited for: the question closes while its row is still there.
    onSuccess: () => void refresh(),
  });
  const undo = useOnce({
    mutationFn: ({ name, written, source }: Kept) => {
      const { kind: _, name: __, ...body } = written;
      const text = source ? { source } : {};
      return call(alertDocumentRoutes.put, { kind, name, expect: 'none', body: { ...body, ...text } });
    },
    onSuccess: () => {
      remove.reset();
      return refresh();
    },
  });
  return { remove, undo, may: useMayWrite(kind) };
}

export type Removal = ReturnType<typeof useRemoval>;

/** What was deleted just now, and how to have it back. */
export function Removed({ removal: { remove, undo }, word }: { removal: Removal; word: string }) {
  const { t } = useWords();
  const { data } = remove;
  return (
    <>
      {undo.isError && <Failure error={undo.error} />}
      {data && (
        <Alert
          color="blue"
          variant="light"
          role="status"
          withCloseButton
          closeButtonLabel={t('common.close')}
          onClose={remove.reset}
        >
          <Group justify="space-between">
            <Text size="sm">
              {word}: {data.name}
            </Text>
            {data.written && (
              <Button
                size="compact-sm"
                variant="light"
                loading={undo.isPending}
                onClick={() => data.written && undo.mutate({ ...data, written: data.written })}
              >
                {t('alerting.undo')}
              </Button>
            )}
          </Group>
        </Alert>
      )}
    </>
  );
}

/** Deletes one document, after a question; nothing for whom that is always refused. */
export function RemoveDocument({ name, removal: { remove, may } }: { name: string; removal: Removal }) {
  const { t } = useWords();
  const [asked, setAsked] = useState(false);
  if (!may) return null;
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="red"
        aria-label={t('alerting.remove', { name })}
        onClick={() => setAsked(true)}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
      <Ask
        opened={asked}
        title={t('alerting.askRemove', { name })}
        act={t('alerting.removeIt')}
        danger
        pending={remove.isPending}
        error={remove.error}
        // Why it stays is told where it was asked for, not at the top of a page that is scrolled down.
        onAct={() => remove.mutate(name, { onSuccess: () => setAsked(false) })}
        onClose={() => {
          setAsked(false);
          if (remove.isError) remove.reset();
        }}
      >
        <Text size="sm">{t('alerting.removeMeans')}</Text>
      </Ask>
    </>
  );
}
