import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { ApiFailure } from '@carillon/contract/http/client';
import type { Response } from '@carillon/contract/http/route';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Alert, Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Ask } from '../../../components/ask.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { call } from '../../../lib/api.js';
import { useOnce } from '../../../lib/use-once.js';
import { listOf } from './document-kinds.js';

const namedUses = 8;

interface Props {
  readonly kind: AlertDocumentKind;
  readonly raw: Record<string, unknown>;
  /** As it stands in the file. */
  readonly text: string;
  /** The file before; undefined: a new one. */
  readonly before: string | undefined;
  /** What is edited; undefined: a new one. */
  readonly stored: Response<typeof alertDocumentRoutes.get> | undefined;
  /** Jobs that get a version by it, where it is a calendar. */
  readonly follows: readonly { readonly name: string; readonly hosts: number | null }[];
  /** Alerts that it would mute now; of other documents 0. */
  readonly mutes: number;
  /** What storing it would do; undefined: it cannot be stored as it is, or is being looked at. */
  readonly change: 'created' | 'updated' | 'unchanged' | undefined;
  /** Something has to be mended before. */
  readonly isWrong: boolean;
  /** Stored: the page is left, and nothing is lost by it. */
  readonly onSaved: () => void;
  readonly onReload: () => void;
}

/** Stores a document after a question that says what it touches; never over what somebody else has changed meanwhile. */
export function SaveDocument(props: Props) {
  const { kind, raw, text, before, stored, follows, mutes, change, isWrong, onSaved, onReload } = props;
  const { t } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const name = String(raw.name ?? '');
  const isSame = stored?.name.toLowerCase() === name.toLowerCase();
  const save = useOnce({
    mutationFn: (over?: string) => {
      const { kind: _, name: __, ...body } = raw;
      return call(alertDocumentRoutes.put, {
        kind,
        name,
        expect: over ?? (isSame ? (stored?.updatedAt ?? 'none') : 'none'),
        body: { ...body, source: text },
      });
    },
    onSuccess: async () => {
      onSaved();
      setAsked(false);
      await client.invalidateQueries();
      await navigate({ to: listOf[kind] });
    },
  });
  const uses = isSame ? (stored?.usedBy ?? []) : [];
  // Comments alone are worth keeping too.
  const isUnchanged = change === 'unchanged' && text === before;
  const refused = save.error instanceof ApiFailure && save.error.body.code === 'conflict' ? save.error.body : undefined;
  const isStale = isSame && refused !== undefined;
  // Absent from older servers.
  const current = refused?.params.current;
  return (
    <Group>
      <Button disabled={change === undefined || isUnchanged} onClick={() => setAsked(true)}>
        {t(isSame ? 'doc.save' : 'doc.create')}
      </Button>
      {(isUnchanged || isWrong) && (
        <Text size="sm" c="dimmed">
          {t(isWrong ? 'doc.mendFirst' : 'doc.unchanged')}
        </Text>
      )}
      <Ask
        opened={asked}
        title={t(isSame ? 'doc.askSave' : 'doc.askCreate', { name })}
        act={t(isSame ? 'doc.save' : 'doc.create')}
        pending={save.isPending}
        error={isStale ? null : save.error}
        disabled={isStale}
        onAct={() => save.mutate(undefined)}
        onClose={() => {
          setAsked(false);
          save.reset();
        }}
      >
        <Stack gap="xs">
          {uses.length > 0 && follows.length === 0 && (
            <>
              <Text size="sm">{t('doc.usedBy', { count: uses.length })}</Text>
              <List size="sm">
                {uses.slice(0, namedUses).map((use) => (
                  <List.Item key={`${use.kind} ${use.name} ${use.path}`}>
                    {use.kind} {use.name}
                  </List.Item>
                ))}
                {uses.length > namedUses && (
                  <List.Item>{t('incidents.andMore', { n: uses.length - namedUses })}</List.Item>
                )}
              </List>
            </>
          )}
          {follows.length > 0 && <Follows jobs={follows} />}
          {mutes > 0 && <Text size="sm">{t('doc.mutesNow', { count: mutes })}</Text>}
          {stored && !isSame && <Text size="sm">{t('doc.beside', { name: stored.name })}</Text>}
          {uses.length === 0 && mutes === 0 && <Text size="sm">{t('doc.touchesNothing')}</Text>}
          {isStale && (
            <Alert color="orange" role="alert" title={t('doc.stale', { name })}>
              <Stack gap="xs" align="start">
                <Text size="sm">
                  {typeof current === 'string' && (
                    <>
                      {t('doc.staleAt')} <When at={current} />.{' '}
                    </>
                  )}
                  <Anchor href={window.location.href} target="_blank" rel="noopener" underline="always">
                    {t('doc.staleLook')}
                  </Anchor>
                </Text>
                <Button variant="default" size="compact-sm" onClick={onReload}>
                  {t('doc.reload')}
                </Button>
                {typeof current === 'string' && (
                  <Button
                    color="orange"
                    size="compact-sm"
                    loading={save.isPending}
                    onClick={() => save.mutate(current)}
                  >
                    {t('doc.overwrite')}
                  </Button>
                )}
              </Stack>
            </Alert>
          )}
        </Stack>
      </Ask>
    </Group>
  );
}

/** Jobs that a calendar takes along, and on how many hosts. */
function Follows({ jobs }: { jobs: Props['follows'] }) {
  const { t } = useWords();
  const hosts = jobs.reduce((sum, job) => sum + (job.hosts ?? 0), 0);
  const names = jobs
    .slice(0, namedUses)
    .map(({ name }) => name)
    .join(', ');
  const more = jobs.length > namedUses ? ` ${t('incidents.andMore', { n: jobs.length - namedUses })}` : '';
  return <Text size="sm">{t('doc.follows', { count: jobs.length, hosts, names: `${names}${more}` })}</Text>;
}
