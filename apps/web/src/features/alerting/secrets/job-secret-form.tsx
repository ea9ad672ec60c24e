import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { VaultPurpose } from '@carillon/core/secrets/secret-use';
import { Button, Code, PasswordInput, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { FormDialog } from '../../../components/form-dialog.js';
import { useFieldFaults } from '../../../components/use-field-faults.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';
import type { JobSecret } from './job-secret.js';

interface Props {
  readonly purpose: VaultPurpose;
  /** Undefined: a new one. */
  readonly secret: JobSecret | undefined;
  readonly button: (open: () => void) => ReactNode;
  readonly onDone: (name: string) => void;
}

/** Takes a value, or says for which jobs it is. The value goes to the server and is never shown again. */
export function JobSecretForm({ purpose, secret, button, onDone }: Props) {
  const { t } = useWords();
  const fresh = t(purpose === 'secret' ? 'jobSecrets.newSecret' : 'jobSecrets.newAccount');
  return (
    <FormDialog title={secret ? t('channels.handOver', { name: secret.name }) : fresh} button={button}>
      {(done) => (
        <Form
          purpose={purpose}
          secret={secret}
          onDone={(name) => {
            done();
            onDone(name);
          }}
        />
      )}
    </FormDialog>
  );
}

function Form({ purpose, secret, onDone }: Omit<Props, 'button'>) {
  const { t } = useWords();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [value, setValue] = useState('');
  const [jobs, setJobs] = useState<string[]>([...(secret?.jobs ?? secret?.usedBy ?? [])]);
  const [until, setUntil] = useState(secret?.expiresAt?.slice(0, 10) ?? '');
  const name = secret?.name ?? typed.trim();
  const isNew = secret?.version == null;
  const hand = useOnce({
    mutationFn: () =>
      call(jobSecretRoutes.set, {
        body: {
          purpose,
          name,
          jobs,
          ...(value === '' ? {} : { value }),
          expiresAt: until === '' ? null : new Date(`${until}T00:00:00Z`).toISOString(),
        },
      }),
    onSuccess: async () => {
      onDone(name);
      await client.invalidateQueries();
    },
  });
  const faults = useFieldFaults(hand.error, ['name', 'jobs', 'value', 'expiresAt']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hand.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {!secret && (
          <TextInput
            label={t('secrets.name')}
            description={t(purpose === 'secret' ? 'jobSecrets.nameMeans' : 'jobSecrets.accountMeans')}
            autoComplete="off"
            value={typed}
            error={faults.of('name')}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <TagsInput
          label={t('jobSecrets.forJobs')}
          description={t('jobSecrets.forJobsMeans')}
          value={jobs}
          error={faults.of('jobs')}
          onChange={setJobs}
          clearButtonProps={{ 'aria-label': t('jobSecrets.clearJobs') }}
        />
        <TextInput
          type="date"
          label={t('jobSecrets.goodUntil')}
          description={t('jobSecrets.goodUntilMeans')}
          value={until}
          error={faults.of('expiresAt')}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <Text size="sm">{t('jobSecrets.valueMeans')}</Text>
        <Code block>
          carillon {purpose} {isNew ? `set ${name || 'NAME'} --jobs JOB` : `rotate ${name}`}
        </Code>
        <PasswordInput
          label={t(purpose === 'secret' ? 'channels.value' : 'jobSecrets.password')}
          description={isNew ? undefined : t('jobSecrets.emptyKeeps')}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('secrets.look') }}
          value={value}
          error={faults.of('value')}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        {faults.rest !== null && <Failure error={faults.rest} />}
        <Button type="submit" loading={hand.isPending} disabled={name === '' || (isNew && value === '')}>
          {t('channels.handOverIt')}
        </Button>
      </Stack>
    </form>
  );
}
