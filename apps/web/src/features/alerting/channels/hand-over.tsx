import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { Button, Code, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';

/** A secret that a channel names and nobody has handed over: says so, and takes it. It is never shown again. */
export function HandOver({ name }: { name: string }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [value, setValue] = useState('');
  const hand = useMutation({
    mutationFn: () => call(channelRoutes.setSecret, { body: { name, value } }),
    onSuccess: async () => {
      setOpened(false);
      setValue('');
      await client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hand.mutate();
  };
  return (
    <>
      <Button size="compact-xs" variant="light" color="orange" onClick={() => setOpened(true)}>
        {t('channels.missing', { name })}
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={t('channels.handOver', { name })}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm">{t('channels.handOverMeans')}</Text>
            <Code block>carillon secret set {name}</Code>
            <PasswordInput
              label={t('channels.value')}
              autoComplete="off"
              data-autofocus
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
            {hand.isError && <Failure error={hand.error} />}
            <Button type="submit" loading={hand.isPending} disabled={value === ''}>
              {t('channels.handOverIt')}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
