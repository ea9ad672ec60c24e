import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useFieldFaults } from '../../../components/use-field-faults.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';
import { enteredOf, isWhole, SubscriptionFields, subscriptionBody, subscriptionFields } from './subscription-fields.js';
import type { Subscription } from './subscription-type.js';

/** Changes where a subscription goes and what of; what signs it stays. */
export function EditSubscription({ subscription }: { subscription: Subscription }) {
  const { t } = useWords();
  const { name } = subscription;
  return (
    <FormDialog
      title={t('subscriptions.editNamed', { name })}
      size="lg"
      button={(open) => (
        <Button size="compact-sm" variant="default" aria-label={t('subscriptions.editNamed', { name })} onClick={open}>
          {t('subscriptions.edit')}
        </Button>
      )}
    >
      {(done) => <Form subscription={subscription} onDone={done} />}
    </FormDialog>
  );
}

function Form({ subscription, onDone }: { subscription: Subscription; onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [first] = useState(() => enteredOf(subscription));
  const [entered, setEntered] = useState(first);
  const change = useOnce({
    mutationFn: () => {
      const before = subscriptionBody(first);
      const after = Object.entries(subscriptionBody(entered));
      // Only what was changed: the rest stays as somebody else may have it by now.
      const isChanged = ([key, value]: [string, unknown]) =>
        JSON.stringify(value) !== JSON.stringify(before[key as keyof typeof before]);
      return call(subscriptionRoutes.change, {
        id: subscription.id,
        body: Object.fromEntries(after.filter(isChanged)),
      });
    },
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries();
    },
  });
  const faults = useFieldFaults(change.error, subscriptionFields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <SubscriptionFields entered={entered} onChange={setEntered} faultOf={faults.of} />
        {faults.rest !== null && <Failure error={faults.rest} />}
        <Group justify="end">
          <Button type="submit" loading={change.isPending} disabled={!isWhole(entered)}>
            {t('subscriptions.store')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
