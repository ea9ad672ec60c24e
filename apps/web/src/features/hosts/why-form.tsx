import { whyRoutes } from '@carillon/contract/http/why.routes';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { NameField } from '../../components/name-field.js';
import { Section } from '../../components/section.js';
import { WhyAnswer } from '../../components/why-answer.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';

/** "Why didn't it run?", asked of one job on one host; of the last fire where no time is given. */
export function WhyForm({ host, job }: { host?: string; job?: string }) {
  const { t } = useWords();
  const [where, setWhere] = useState(host ?? '');
  const [what, setWhat] = useState(job ?? '');
  const [at, setAt] = useState('');
  const ask = useOnce({
    mutationFn: () =>
      call(whyRoutes.job, {
        name: what.trim(),
        ...(where.trim() ? { host: where.trim() } : {}),
        ...(at ? { at: new Date(at).toISOString() } : {}),
      }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <Section title={t('why.title')} tour="why">
      <form onSubmit={submit} data-unsaved="never">
        <Group align="start" gap="sm">
          {job === undefined && (
            <NameField
              of="job"
              label={t('runs.job')}
              required
              value={what}
              onChange={(event) => setWhat(event.currentTarget.value)}
            />
          )}
          {host === undefined && (
            <NameField
              of="host"
              label={t('runs.host')}
              value={where}
              onChange={(event) => setWhere(event.currentTarget.value)}
            />
          )}
          <TextInput
            type="datetime-local"
            label={t('why.at')}
            description={t('why.atHint')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
          <Button type="submit" loading={ask.isPending} mt={25} disabled={what.trim() === ''}>
            {t('why.ask')}
          </Button>
        </Group>
      </form>
      <Stack gap="xs" mt="sm" aria-live="polite">
        {ask.isError && <Failure error={ask.error} />}
        {ask.data?.items.map((answer) => (
          <WhyAnswer key={answer.host} answer={answer} />
        ))}
      </Stack>
    </Section>
  );
}
