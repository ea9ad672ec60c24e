import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { ActionIcon, Button, Group, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useFailureText } from '../../components/failure-text.js';
import { Labels } from '../../components/labels.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { labelsIn, labelsText, wrongLabel } from './labels-text.js';

/** Labels of a host, and a way to write them anew; jobs that select it by label follow at once. */
export function EditLabels({ host, labels }: { host: string; labels: Record<string, string> }) {
  const { t } = useWords();
  const client = useQueryClient();
  const failureText = useFailureText();
  const [text, setText] = useState<string | null>(null);
  const save = useOnce({
    mutationFn: (written: string) => call(hostRoutes.setLabels, { name: host, body: { labels: labelsIn(written) } }),
    onSuccess: () => {
      setText(null);
      return client.invalidateQueries();
    },
  });
  if (text === null)
    return (
      <Group gap={6}>
        <Labels labels={labels} />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t('hosts.editLabels')}
          onClick={() => setText(labelsText(labels))}
        >
          <IconPencil size={15} />
        </ActionIcon>
      </Group>
    );
  const leave = () => {
    save.reset();
    setText(null);
  };
  const wrong = wrongLabel(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Labels that are half typed would take the host out of its jobs.
    if (wrong === undefined) save.mutate(text);
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} align="start">
        <TextInput
          aria-label={t('hosts.labels')}
          placeholder="role=db env=prod"
          size="xs"
          w={280}
          autoFocus
          value={text}
          error={wrong === undefined ? save.isError && failureText(save.error) : t('hosts.badLabel', { text: wrong })}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && leave()}
        />
        <Button type="submit" size="xs" loading={save.isPending} disabled={wrong !== undefined}>
          {t('hosts.save')}
        </Button>
        <Button size="xs" variant="default" onClick={leave}>
          {t('common.close')}
        </Button>
      </Group>
    </form>
  );
}
