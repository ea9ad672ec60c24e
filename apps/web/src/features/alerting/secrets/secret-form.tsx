import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { Button, Code, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';

/** As the server takes them. */
const goodName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Props {
  /** Undefined: a new one, whose name is asked for. */
  readonly name: string | undefined;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onDone?: (name: string) => void;
}

/** Takes a value of a secret. It goes to the server and is never shown again, here or there. */
export function SecretForm({ name, opened, onClose, onDone }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [value, setValue] = useState('');
  const called = name ?? typed.trim();
  const isNamed = goodName.test(called);
  const hand = useOnce({
    mutationFn: () => call(channelRoutes.setSecret, { body: { name: called, value } }),
    onSuccess: async () => {
      close();
      onDone?.(called);
      await client.invalidateQueries();
    },
  });
  const close = () => {
    setTyped('');
    // Not kept in the page for longer than it is typed.
    setValue('');
    hand.reset();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hand.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      closeOnClickOutside={false}
      title={name === undefined ? t('secrets.new') : t('channels.handOver', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {name === undefined && (
            <TextInput
              label={t('secrets.name')}
              description={t('secrets.nameMeans')}
              autoComplete="off"
              data-autofocus
              value={typed}
              error={typed !== '' && !isNamed ? t('secrets.badName') : undefined}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          <Text size="sm">{t('channels.handOverMeans')}</Text>
          <Code block>carillon secret set {isNamed ? called : 'NAME'}</Code>
          <PasswordInput
            label={t('channels.value')}
            autoComplete="off"
            data-autofocus={name === undefined ? undefined : true}
            visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          {hand.isError && <Failure error={hand.error} />}
          <Button type="submit" loading={hand.isPending} disabled={value === '' || !isNamed}>
            {t('channels.handOverIt')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
