import { accessTokenRoutes } from '@carillon/contract/http/accounts.routes';
import { type TokenArea, tokenAreas } from '@carillon/core/access/roles';
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { useFieldFaults } from '../../components/use-field-faults.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import { GrantsField, readGrants } from './grants.js';
import { ShownOnce } from './shown-once.js';
import { areaWords } from './token-row.js';

interface Props {
  /** A service; left out: one's own. */
  readonly of?: string;
  /** The dialog is done with. */
  readonly onDone?: () => void;
}

/** Makes a token, of one's own or of a service, and shows it once. */
export function NewToken({ of: service, onDone }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [area, setArea] = useState<TokenArea>('all');
  const [days, setDays] = useState('90');
  const [from, setFrom] = useState('');
  const [kept, setKept] = useState('');
  const { grants, wrong } = readGrants(kept);
  const make = useOnce({
    mutationFn: () => {
      const addresses = from.split(/[\s,]+/).filter(Boolean);
      const body = {
        ...{ name: name.trim(), area, addresses, expiresInDays: Number(days) },
        ...(grants.length > 0 ? { grants } : {}),
      };
      return service === undefined
        ? call(accessTokenRoutes.create, { body })
        : call(accessTokenRoutes.createFor, { name: service, body });
    },
    onSuccess: () => {
      setName('');
      return client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const faults = useFieldFaults(make.error, ['name', 'expiresInDays', 'addresses', 'grants']);
  const keep = () => {
    make.reset();
    onDone?.();
  };
  const shown = make.data && <ShownOnce words={t('access.token')} secret={make.data.token} onKept={keep} />;
  if (shown && onDone) return shown;
  return (
    // What a number may be is said by the server, in the reader's language and beside the field.
    <form onSubmit={submit} noValidate>
      <Stack gap="sm" mt="md">
        {faults.rest !== null && <Failure error={faults.rest} />}
        {shown}
        <Group align="start">
          <TextInput
            label={t('access.name')}
            error={faults.of('name')}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('access.area')}
            allowDeselect={false}
            data={tokenAreas.map((value) => ({ value, label: t(areaWords[value]) }))}
            value={area}
            onChange={(value) => setArea((value as TokenArea | null) ?? 'all')}
          />
          <TextInput
            label={t('access.days')}
            w={150}
            type="number"
            min={1}
            max={365}
            error={faults.of('expiresInDays')}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
        </Group>
        <details open={faults.of('addresses') !== undefined || faults.of('grants') !== undefined || undefined}>
          <summary>{t('access.keptTo')}</summary>
          <Stack gap="sm" mt="xs" maw={560}>
            <TextInput
              label={t('access.addresses')}
              description={t('access.addressesHint')}
              error={faults.of('addresses')}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <GrantsField
              label={t('access.onlyGrants')}
              hint={t('access.onlyGrantsHint')}
              text={kept}
              fault={faults.of('grants')}
              onChange={setKept}
            />
          </Stack>
        </details>
        <Group>
          <Button type="submit" loading={make.isPending} disabled={name.trim() === '' || wrong !== undefined}>
            {t('access.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
