import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { Alert, Button, Group, List, Paper, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { useFailureText } from '../../components/failure-text.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call } from '../../lib/api.js';
import { eachOf } from '../../lib/each-of.js';
import { useOnce } from '../../lib/use-once.js';
import type { IncidentSummary } from './incident-shapes.js';

const acts = ['acknowledge', 'resolve'] as const;
type Act = (typeof acts)[number];

/** Named before the rest is counted. */
const named = 8;

/** Of marked incidents, those that an act would change. */
export const touchedBy = (act: Act, incidents: readonly IncidentSummary[]) =>
  incidents.filter(({ state }) => (act === 'acknowledge' ? state === 'firing' : state !== 'resolved'));

interface Props {
  /** Those that are marked. */
  readonly incidents: readonly IncidentSummary[];
  /** Only these stay marked. */
  readonly onKeep: (numbers: readonly number[]) => void;
}

/** Acknowledges or resolves many at once, after a question that counts them; what fails stays marked, and says why. */
export function BulkIncidents({ incidents, onKeep }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const failureText = useFailureText();
  const [asked, setAsked] = useState<Act | null>(null);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(0);
  const act = useOnce({
    mutationFn: ({ act, numbers }: { act: Act; numbers: readonly number[] }) => {
      const body = note.trim() === '' ? {} : { note: note.trim() };
      return eachOf(numbers, (number) => call(incidentRoutes[act], { number, body }), setTried);
    },
    onMutate: () => setTried(0),
    onSuccess: ({ failed }) => {
      setAsked(null);
      setNote('');
      onKeep(failed.map(({ name }) => name));
      void client.invalidateQueries();
    },
  });
  // Over the heads of alerts that have not recovered they are resolved only with a word about it.
  const firing =
    asked === 'resolve' ? touchedBy(asked, incidents).reduce((sum, { spread }) => sum + spread.firing, 0) : 0;
  return (
    <>
      {act.data && act.variables && (
        <Alert
          role="status"
          variant="light"
          color={act.data.failed.length > 0 ? 'red' : 'teal'}
          withCloseButton
          closeButtonLabel={t('common.close')}
          onClose={act.reset}
        >
          <Text size="sm">{t(`incidents.bulk.done.${act.variables.act}`, { count: act.data.done.length })}</Text>
          {act.data.failed.slice(0, named).map(({ name, error }) => (
            <Text key={name} size="sm">
              #{name}: {failureText(error)}
            </Text>
          ))}
        </Alert>
      )}
      {incidents.length > 0 && (
        <Paper withBorder p="xs" role="toolbar" aria-label={t('incidents.bulk.title')}>
          <Group gap="xs">
            <Text size="sm" fw={600} mr="xs">
              {t('incidents.bulk.marked', { count: incidents.length })}
            </Text>
            {acts.map((one) => {
              const count = touchedBy(one, incidents).length;
              return (
                <Button
                  key={one}
                  size="xs"
                  variant={one === 'acknowledge' ? 'filled' : 'default'}
                  disabled={count === 0}
                  onClick={() => setAsked(one)}
                >
                  {t(`incidents.${one}`)} ({count})
                </Button>
              );
            })}
            <Button size="xs" variant="subtle" color="gray" onClick={() => onKeep([])}>
              {t('incidents.bulk.clear')}
            </Button>
          </Group>
        </Paper>
      )}
      <Dialog
        opened={asked !== null}
        // Put aside it would go on unseen.
        onClose={() => !act.isPending && setAsked(null)}
        title={asked && t(`incidents.bulk.ask.${asked}`, { count: touchedBy(asked, incidents).length })}
      >
        {asked && (
          <Stack gap="sm">
            <Names incidents={touchedBy(asked, incidents)} />
            {asked === 'resolve' && (
              <Text size="sm">
                {firing > 0 ? t('incidents.resolveWhy', { count: firing }) : t('incidents.resolveMeans')}
              </Text>
            )}
            <Textarea
              label={t('incidents.noteText')}
              rows={2}
              required={firing > 0}
              maxLength={2_000}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            {act.isPending && (
              <Progress
                value={(100 * tried) / touchedBy(asked, incidents).length}
                aria-label={t('incidents.bulk.title')}
              />
            )}
            <Group justify="end">
              <Button variant="default" disabled={act.isPending} onClick={() => setAsked(null)}>
                {t('alerting.not')}
              </Button>
              <Button
                loading={act.isPending}
                disabled={firing > 0 && note.trim() === ''}
                onClick={() =>
                  act.mutate({ act: asked, numbers: touchedBy(asked, incidents).map(({ number }) => number) })
                }
              >
                {t(`incidents.${asked}`)} ({touchedBy(asked, incidents).length})
              </Button>
            </Group>
          </Stack>
        )}
      </Dialog>
    </>
  );
}

function Names({ incidents }: { incidents: readonly IncidentSummary[] }) {
  const { t } = useWords();
  const { titleText } = useServerText();
  return (
    <List size="sm">
      {incidents.slice(0, named).map((incident) => (
        <List.Item key={incident.number} style={{ overflowWrap: 'anywhere' }}>
          #{incident.number} {titleText(incident)}
        </List.Item>
      ))}
      {incidents.length > named && <List.Item>{t('incidents.andMore', { n: incidents.length - named })}</List.Item>}
    </List>
  );
}
