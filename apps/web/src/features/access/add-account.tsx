import { accountRoutes } from '@carillon/contract/http/accounts.routes';
import { ApiFailure } from '@carillon/contract/http/client';
import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { GrantsField, readGrants } from './grants.js';
import { InvitationShown } from './shown-once.js';

/** The least that anybody is given; what the one before was given is not given to the next. */
const fewest = 'viewer@all';

/** The name that somebody has already, when that is why nobody was added. */
function takenName(error: unknown): string | undefined {
  if (!(error instanceof ApiFailure) || error.body.code !== 'conflict') return undefined;
  const { name } = error.body.params;
  return typeof name === 'string' ? name : undefined;
}

export function AddAccount() {
  const { t } = useWords();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [text, setText] = useState(fewest);
  const [isService, setService] = useState(false);
  const add = useOnce({
    mutationFn: () =>
      call(accountRoutes.create, {
        body: { name: name.trim(), kind: isService ? 'service' : 'person', grants: readGrants(text).grants },
      }),
    onSuccess: () => {
      setName('');
      setText(fewest);
      setService(false);
      return client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const faults = useFieldFaults(add.error, ['name', 'grants']);
  const taken = takenName(add.error);
  const added = add.data;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={560} mt="md">
        {faults.rest !== null && taken === undefined && <Failure error={faults.rest} />}
        {added?.invitation && (
          <InvitationShown name={added.account.name} invitation={added.invitation} onKept={add.reset} />
        )}
        {added && !added.invitation && (
          <Text size="sm" role="status">
            {t('access.serviceAdded', { name: added.account.name })}
          </Text>
        )}
        <TextInput
          label={t('access.name')}
          error={taken === undefined ? faults.of('name') : t('access.taken', { name: taken })}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <GrantsField text={text} fault={faults.of('grants')} onChange={setText} />
        <Checkbox
          label={t('access.isService')}
          checked={isService}
          onChange={(event) => setService(event.currentTarget.checked)}
        />
        <Group>
          <Button
            type="submit"
            loading={add.isPending}
            disabled={name.trim() === '' || readGrants(text).wrong !== undefined}
          >
            {t('access.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
