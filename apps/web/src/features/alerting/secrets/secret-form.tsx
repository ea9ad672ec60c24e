import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { Button, Code, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useFieldFaults } from '../../../components/use-field-faults.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';

/** As the server takes them. */
const goodName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Props {
  /** Undefined: a new one, whose name is asked for. */
  readonly name: string | undefined;
  readonly button: (open: () => void) => ReactNode;
  readonly onDone?: (name: string) => void;
}

/** Takes a value of a secret. It goes to the server and is never shown again, here or there. */
export function SecretForm({ name, button, onDone }: Props) {
  const { t } = useWords();
  return (
    <FormDialog title={name === undefined ? t('secrets.new') : t('channels.handOver', { name })} button={button}>
      {(done) => (
        <Form
          name={name}
          onDone={(called) => {
            done();
            onDone?.(called);
          }}
        />
      )}
    </FormDialog>
  );
}

function Form({ name, onDone }: { name: string | undefined; onDone: (name: string) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [value, setValue] = useState('');
  const called = name ?? typed.trim();
  const isNamed = goodName.test(called);
  const hand = useOnce({
    mutationFn: () => call(channelRoutes.setSecret, { body: { name: called, value } }),
    onSuccess: async () => {
      onDone(called);
      await client.invalidateQueries();
    },
  });
  const faults = useFieldFaults(hand.error, ['name', 'value']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hand.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {name === undefined && (
          <TextInput
            label={t('secrets.name')}
            description={t('secrets.nameMeans')}
            autoComplete="off"
            value={typed}
            error={typed !== '' && !isNamed ? t('secrets.badName') : faults.of('name')}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <Text size="sm">{t('channels.handOverMeans')}</Text>
        <Code block>carillon secret set {isNamed ? called : 'NAME'}</Code>
        <PasswordInput
          label={t('channels.value')}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
          value={value}
          error={faults.of('value')}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        {faults.rest !== null && <Failure error={faults.rest} />}
        <Button type="submit" loading={hand.isPending} disabled={value === '' || !isNamed}>
          {t('channels.handOverIt')}
        </Button>
      </Stack>
    </form>
  );
}
