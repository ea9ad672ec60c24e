import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { FormDialog } from '../../components/form-dialog.js';
import { PageLink } from '../../components/page-link.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call, query } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import type { Incident } from './incident-shapes.js';
import { labelsToMatch, silenceDocument, silenceHours } from './silence-document.js';

/** Silences what an incident is about, after showing what that would mute now. */
export function SilenceFrom({ incident }: { incident: Incident }) {
  const { t } = useWords();
  return (
    <FormDialog
      title={t('silence.title')}
      size="lg"
      button={(open) => (
        <Button variant="default" onClick={open}>
          {t('silence.open')}
        </Button>
      )}
    >
      {(done) => <Form incident={incident} onDone={done} />}
    </FormDialog>
  );
}

function Form({ incident, onDone }: { incident: Incident; onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const possible = labelsToMatch(incident);
  const [match, setMatch] = useState<string[]>(possible.filter(({ first }) => first).map(({ matcher }) => matcher));
  const [hours, setHours] = useState('2');
  const [reason, setReason] = useState('');
  const silence = useOnce({
    mutationFn: () => {
      const { kind, name, ...body } = silenceDocument(incident.number, {
        match,
        hours: Number(hours),
        reason,
        nowMs: Date.now(),
      });
      return call(alertDocumentRoutes.put, { kind, name, body });
    },
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    silence.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Checkbox.Group label={t('silence.match')} value={match} onChange={setMatch}>
          <Group gap="sm" mt={4}>
            {possible.map(({ matcher }) => (
              <Checkbox key={matcher} value={matcher} label={matcher} />
            ))}
          </Group>
        </Checkbox.Group>
        <Select
          label={t('silence.for')}
          allowDeselect={false}
          value={hours}
          onChange={(value) => setHours(value ?? '2')}
          data={silenceHours.map((value) => ({ value: String(value), label: t('silence.hours', { n: value }) }))}
        />
        <TextInput
          label={t('silence.reason')}
          value={reason}
          maxLength={500}
          required
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Preview match={match} />
        {silence.isError && <Failure error={silence.error} />}
        <Group justify="space-between">
          <PageLink
            to="/alerting/documents/$kind"
            params={{ kind: 'Silence' }}
            search={{ match: match.join('\n'), reason: reason.trim() || undefined }}
          >
            {t('silence.more')}
          </PageLink>
          <Button type="submit" loading={silence.isPending} disabled={match.length === 0 || reason.trim() === ''}>
            {t('silence.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What it would mute at this moment. */
function Preview({ match }: { match: readonly string[] }) {
  const { t } = useWords();
  const { titleText } = useServerText();
  const preview = useQuery({
    ...query(alertDocumentRoutes.preview, {
      body: { document: silenceDocument(0, { match, hours: 1, reason: 'preview', nowMs: Date.now() }) },
    }),
    queryKey: [alertDocumentRoutes.preview.path, match],
    enabled: match.length > 0,
  });
  if (match.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('silence.matchSomething')}
      </Text>
    );
  if (preview.isError) return <Failure error={preview.error} />;
  if (!preview.data) return null;
  const { incidents, incidentsTotal, alerts } = preview.data;
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {t('silence.mutes', { incidents: incidentsTotal, count: alerts })}
      </Text>
      {incidents.map((incident) => (
        <Text key={incident.number} size="sm" truncate>
          #{incident.number} {titleText(incident)}
        </Text>
      ))}
      {incidentsTotal > incidents.length && (
        <Text size="sm" c="dimmed">
          {t('incidents.andMore', { n: incidentsTotal - incidents.length })}
        </Text>
      )}
    </Stack>
  );
}
