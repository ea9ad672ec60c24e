import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { FormDialog } from '../../components/form-dialog.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import type { Incident } from './incident-shapes.js';
import { SilenceFrom } from './silence-from.js';

type Act = 'acknowledge' | 'unacknowledge' | 'assign' | 'note' | 'resolve';

/** What a person can do about an incident; what his rights always refuse is left away. */
export function IncidentActs({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const { number, state } = incident;
  const act = useAct(number);
  const isOpen = state !== 'resolved';
  // Over the heads of alerts that have not recovered it is resolved only with a word about it.
  const { firing } = incident.spread;
  const mayHandle = useMay('incident.handle');
  const maySilence = useMay('alert.write') && isOpen;
  if (!mayHandle && !maySilence) return null;
  return (
    <Stack gap="xs" className="no-print" data-tour="incident-acts">
      <Group gap="xs">
        {mayHandle && state === 'firing' && (
          <Button loading={act.isPending} onClick={() => act.mutate({ act: 'acknowledge', text: '' })}>
            {t('incidents.acknowledge')}
          </Button>
        )}
        {mayHandle && state === 'acked' && (
          <Button
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate({ act: 'unacknowledge', text: '' })}
          >
            {t('incidents.unacknowledge')}
          </Button>
        )}
        {mayHandle && isOpen && (
          <Asking
            act="assign"
            number={number}
            label={t('incidents.assign')}
            field={t('incidents.assignee')}
            first={incident.assignee ?? ''}
          />
        )}
        {mayHandle && (
          <Asking act="note" number={number} label={t('incidents.note')} field={t('incidents.noteText')} long />
        )}
        {maySilence && <SilenceFrom incident={incident} />}
        {mayHandle && isOpen && (
          <Asking
            act="resolve"
            number={number}
            label={t('incidents.resolve')}
            field={t('incidents.noteText')}
            means={firing > 0 ? t('incidents.resolveWhy', { count: firing }) : t('incidents.resolveMeans')}
            long
            optional={firing === 0}
          />
        )}
      </Group>
      {act.isError && <Failure error={act.error} />}
    </Stack>
  );
}

/** Carries one act out; everything that shows incidents looks again. */
function useAct(number: number, onDone: () => void = () => undefined) {
  const client = useQueryClient();
  return useOnce({
    mutationFn: ({ act, text }: { act: Act; text: string }) => {
      const note = text.trim() === '' ? {} : { note: text.trim() };
      switch (act) {
        case 'acknowledge':
        case 'unacknowledge':
        case 'resolve':
          return call(incidentRoutes[act], { number, body: note });
        case 'assign':
          return call(incidentRoutes.assign, { number, body: { assignee: text.trim() || null } });
        case 'note':
          return call(incidentRoutes.note, { number, body: { text: text.trim() } });
      }
    },
    onSuccess: async () => {
      onDone();
      const paths = [incidentRoutes.get, incidentRoutes.log, incidentRoutes.list, incidentRoutes.counts];
      await Promise.all(paths.map(({ path }) => client.invalidateQueries({ queryKey: [path] })));
    },
  });
}

interface AskingProps {
  readonly act: 'assign' | 'note' | 'resolve';
  readonly number: number;
  readonly label: string;
  readonly field: string;
  readonly means?: string;
  readonly first?: string;
  readonly long?: boolean;
  readonly optional?: boolean;
}

/** An act that needs a word from the person; what was typed stays when the dialog is put aside. */
function Asking({ label, ...asked }: AskingProps) {
  return (
    <FormDialog
      title={label}
      button={(open) => (
        <Button variant="default" onClick={open}>
          {label}
        </Button>
      )}
    >
      {(done) => <Words label={label} {...asked} onDone={done} />}
    </FormDialog>
  );
}

function Words({
  act,
  number,
  label,
  field,
  means,
  first = '',
  long = false,
  optional = false,
  onDone,
}: AskingProps & { onDone: () => void }) {
  const { t } = useWords();
  const [text, setText] = useState(first);
  const doIt = useAct(number, onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doIt.mutate({ act, text });
  };
  const input = {
    label: field,
    value: text,
    onChange: (event: { currentTarget: { value: string } }) => setText(event.currentTarget.value),
    'data-autofocus': true,
    required: act === 'resolve' && !optional,
    maxLength: long ? 2_000 : 200,
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {means && <Text size="sm">{means}</Text>}
        {long ? <Textarea rows={4} {...input} /> : <TextInput {...input} />}
        {act === 'assign' && (
          <Text size="xs" c="dimmed">
            {t('incidents.assignNobody')}
          </Text>
        )}
        {doIt.isError && <Failure error={doIt.error} />}
        <Group justify="end">
          <Button type="submit" loading={doIt.isPending} disabled={act !== 'assign' && !optional && text.trim() === ''}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
