import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { ActionIcon, Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useFailureText } from '../../components/failure-text.js';
import { FrozenFailure, isFrozen } from '../../components/frozen-failure.js';
import { Labels } from '../../components/labels.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { labelsIn, labelsTaken, labelsText, wrongLabel } from './labels-text.js';

interface Props {
  readonly host: string;
  readonly labels: Record<string, string>;
  /** How many it has. */
  readonly jobs: number;
}

/**
 * Labels of a host, and a way to write them anew. Jobs that select it by label follow at once: what is taken off it is
 * asked about first.
 */
export function EditLabels({ host, labels, jobs }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const failureText = useFailureText();
  const [text, setText] = useState<string | null>(null);
  // As they were when the edit began; somebody else may have changed them since.
  const [from, setFrom] = useState(labels);
  const [isAsked, setAsked] = useState(false);
  const wasEdited = useRef(false);
  const may = useMay('host.label');
  const save = useOnce({
    mutationFn: async ({ written, ...why }: { written: string; overrideFreeze?: string }) => {
      // All of them are written: what somebody else has written since the page looked is not lost unseen.
      const { labels: now } = await call(hostRoutes.get, { name: host });
      if (labelsText(now) !== labelsText(labels)) return false;
      await call(hostRoutes.setLabels, { name: host, body: { labels: labelsIn(written), ...why } });
      return true;
    },
    onSuccess: (isSaved) => {
      if (isSaved) setText(null);
      setAsked(false);
      return client.invalidateQueries();
    },
  });
  if (text === null)
    return (
      <Group gap={6}>
        <Labels labels={labels} />
        {may && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t('hosts.editLabels')}
            // The focus was in the form that is gone now.
            autoFocus={wasEdited.current}
            onClick={() => {
              wasEdited.current = true;
              setFrom(labels);
              setAsked(false);
              setText(labelsText(labels));
            }}
          >
            <IconPencil size={15} />
          </ActionIcon>
        )}
      </Group>
    );
  const leave = () => {
    save.reset();
    setText(null);
  };
  const wrong = wrongLabel(text);
  const taken = wrong === undefined ? labelsTaken(labels, labelsIn(text)) : [];
  const isOvertaken = labelsText(from) !== labelsText(labels);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Labels that are half typed would take the host out of its jobs.
    if (wrong !== undefined) return;
    if (taken.length > 0 && !isAsked) return setAsked(true);
    save.mutate({ written: text });
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} align="start">
        <TextInput
          aria-label={t('hosts.labels')}
          placeholder="role=db env=prod"
          size="xs"
          w={360}
          maw="100%"
          autoFocus
          value={text}
          error={
            wrong === undefined
              ? save.isError && !isFrozen(save.error) && failureText(save.error)
              : t('hosts.badLabel', { text: wrong })
          }
          onChange={(event) => {
            setAsked(false);
            setText(event.currentTarget.value);
          }}
          onKeyDown={(event) => event.key === 'Escape' && leave()}
        />
        <Button
          type="submit"
          size="xs"
          loading={save.isPending}
          disabled={wrong !== undefined}
          {...(isAsked ? { color: 'red' } : {})}
        >
          {t(isAsked ? 'hosts.saveTaken' : 'hosts.save')}
        </Button>
        <Button size="xs" variant="default" onClick={leave}>
          {t('bulk.not')}
        </Button>
      </Group>
      <Stack gap={4} mt={6} role="status">
        {isOvertaken && (
          <Alert color="orange" p="xs">
            {t('hosts.labelsOvertaken', { labels: labelsText(labels) || t('common.none') })}
          </Alert>
        )}
        {isAsked && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {t('hosts.labelsTaken', { labels: taken.join(', '), count: jobs })}
          </Text>
        )}
      </Stack>
      {save.isError && isFrozen(save.error) && (
        <FrozenFailure
          error={save.error}
          isPending={save.isPending}
          onOverride={(overrideFreeze) => save.mutate({ written: text, overrideFreeze })}
        />
      )}
    </form>
  );
}
