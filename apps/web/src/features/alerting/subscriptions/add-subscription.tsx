import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { type SubscriptionEvent, subscriptionEvents } from '@carillon/core/alert/subscribe/subscription-events';
import {
  Alert,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useFieldFaults } from '../../../components/use-field-faults.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useMay } from '../../../lib/use-may.js';
import { useOnce } from '../../../lib/use-once.js';
import { newSigningSecret, secretNameFor } from './signing-secret.js';

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
  const [name, setName] = useState('');
  const [url, setUrl] = useState('https://');
  const [events, setEvents] = useState<string[]>(['incident.opened', 'incident.resolved']);
  const [match, setMatch] = useState('');
  const [allowPrivateAddresses, setAllowPrivate] = useState(false);
  const add = useOnce({
    mutationFn: async () => {
      const secret = newSigningSecret();
      const secretName = secretNameFor(name, Date.now());
      await call(channelRoutes.setSecret, { body: { name: secretName, value: secret } });
      try {
        await call(subscriptionRoutes.create, {
          body: {
            name: name.trim(),
            url: url.trim(),
            events: events as SubscriptionEvent[],
            match: match.split('\n').flatMap((line) => line.trim() || []),
            signing: [{ secret: secretName }],
            allowPrivateAddresses,
          },
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
  const faults = useFieldFaults(add.error, ['name', 'url', 'match', 'events']);
  if (add.data) return <Made {...add.data} onDone={onDone} />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('common.name')}
          placeholder="helpdesk"
          required
          data-autofocus
          maxLength={64}
          error={faults.of('name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('doc.url')}
          required
          type="url"
          error={faults.of('url')}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={t('subscriptions.events')}
          error={faults.of('events')}
          value={events}
          onChange={setEvents}
        >
          <Group mt={4}>
            {subscriptionEvents.map((value) => (
              <Checkbox key={value} value={value} label={value} />
            ))}
          </Group>
        </Checkbox.Group>
        <Textarea
          label={t('doc.match')}
          description={t('doc.onePerLine')}
          placeholder={'env=prod\nseverity=~medium|high'}
          rows={3}
          error={faults.of('match')}
          value={match}
          onChange={(event) => setMatch(event.currentTarget.value)}
        />
        <Switch
          label={t('doc.allowPrivate')}
          checked={allowPrivateAddresses}
          onChange={(event) => setAllowPrivate(event.currentTarget.checked)}
        />
        {faults.rest !== null && <Failure error={faults.rest} />}
        <Group justify="end">
          <Button type="submit" loading={add.isPending} disabled={name.trim() === '' || events.length === 0}>
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
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? 'subscriptions.copied' : 'subscriptions.copy')}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>{t('subscriptions.kept')}</Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t('subscriptions.tryIt')}
      </Text>
    </Stack>
  );
}
