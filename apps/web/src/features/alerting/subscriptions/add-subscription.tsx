import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { CopyButton } from '../../../components/copy-button.js';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useFieldFaults } from '../../../components/use-field-faults.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useMay } from '../../../lib/use-may.js';
import { useOnce } from '../../../lib/use-once.js';
import { newSigningSecret, secretNameFor } from './signing-secret.js';
import {
  freshSubscription,
  isWhole,
  SubscriptionFields,
  subscriptionBody,
  subscriptionFields,
} from './subscription-fields.js';

/** Another system is told by webhook; what signs it is made here and shown once. */
export function AddSubscription() {
  const { t } = useWords();
  const may = useMay('subscription.manage');
  if (!may) return null;
  return (
    <FormDialog
      title={t('subscriptions.add')}
      size="lg"
      button={(open) => (
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          {t('subscriptions.add')}
        </Button>
      )}
    >
      {(done) => <Form onDone={done} />}
    </FormDialog>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [entered, setEntered] = useState(freshSubscription);
  const add = useOnce({
    mutationFn: async () => {
      const secret = newSigningSecret();
      const secretName = secretNameFor(entered.name, Date.now());
      await call(channelRoutes.setSecret, { body: { name: secretName, value: secret } });
      try {
        await call(subscriptionRoutes.create, {
          body: { ...subscriptionBody(entered), signing: [{ secret: secretName }] },
        });
      } catch (error) {
        // What signs nothing is not left behind.
        await call(channelRoutes.removeSecret, { name: secretName }).catch(() => undefined);
        throw error;
      }
      return { secret, secretName };
    },
    onSuccess: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const faults = useFieldFaults(add.error, subscriptionFields);
  if (add.data) return <Made {...add.data} onDone={onDone} />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <SubscriptionFields entered={entered} onChange={setEntered} faultOf={faults.of} />
        {faults.rest !== null && <Failure error={faults.rest} />}
        <Group justify="end">
          <Button type="submit" loading={add.isPending} disabled={!isWhole(entered)}>
            {t('subscriptions.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What signs the webhooks; nobody can read it again. */
function Made({ secret, secretName, onDone }: { secret: string; secretName: string; onDone: () => void }) {
  const { t } = useWords();
  return (
    <Stack>
      <Alert color="yellow" title={t('subscriptions.once')}>
        {t('subscriptions.onceMeans', { name: secretName })}
      </Alert>
      <Code block aria-label={t('subscriptions.secret')}>
        {secret}
      </Code>
      <Group justify="end">
        <CopyButton text={secret} />
        <Button onClick={onDone}>{t('subscriptions.kept')}</Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t('subscriptions.tryIt')}
      </Text>
    </Stack>
  );
}
