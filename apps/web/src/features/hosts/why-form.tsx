import type { Response } from '@carillon/contract/http/route';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { PageLink } from '../../components/page-link.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';
import { localTime } from '../../lib/times.js';

type Answer = Response<typeof whyRoutes.job>['items'][number];

/** "Why didn't it run?", asked of one job on one host; of the last fire where no time is given. */
export function WhyForm({ host, job }: { host?: string; job?: string }) {
  const { t } = useWords();
  const [where, setWhere] = useState(host ?? '');
  const [what, setWhat] = useState(job ?? '');
  const [at, setAt] = useState('');
  const ask = useMutation({
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
    <Section title={t('why.title')}>
      <form onSubmit={submit}>
        <Group align="end" gap="sm">
          {job === undefined && (
            <TextInput
              label={t('runs.job')}
              required
              value={what}
              onChange={(event) => setWhat(event.currentTarget.value)}
            />
          )}
          {host === undefined && (
            <TextInput label={t('runs.host')} value={where} onChange={(event) => setWhere(event.currentTarget.value)} />
          )}
          <TextInput
            type="datetime-local"
            label={t('why.at')}
            description={t('why.atHint')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
          <Button type="submit" loading={ask.isPending} mb={22} disabled={what.trim() === ''}>
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

const colors: Record<Answer['certainty'], string> = { certain: 'cyan', likely: 'yellow', unknown: 'gray' };

function WhyAnswer({ answer }: { answer: Answer }) {
  const { t } = useWords();
  const { host, text, certainty, fireAt, nextFireAt, runId, evidence } = answer;
  const title = [host, fireAt && localTime(fireAt), t(`why.${certainty}`)].filter(Boolean).join(' · ');
  return (
    <Alert color={colors[certainty]} variant="light" title={title}>
      <Text size="sm">{text}</Text>
      {evidence.map(({ at, text: said }) => (
        <Text key={`${at} ${said}`} size="xs" c="dimmed">
          {[at && localTime(at), said].filter(Boolean).join(' ')}
        </Text>
      ))}
      <Group gap="md" mt={4}>
        {runId && (
          <PageLink to="/runs/$id" params={{ id: runId }}>
            {t('command.toRun')}
          </PageLink>
        )}
        {nextFireAt && (
          <Text size="xs" c="dimmed">
            {t('why.next', { at: localTime(nextFireAt) })}
          </Text>
        )}
      </Group>
    </Alert>
  );
}
