import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { Response } from '@carillon/contract/http/route';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Alert, Code, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { Failure } from '../../../components/failure.js';
import { Loaded, Placeholder } from '../../../components/loaded.js';
import { PageLink } from '../../../components/page-link.js';
import { Section } from '../../../components/section.js';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { query } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { useUnsaved } from '../../../lib/use-unsaved.js';
import { CalendarYear } from '../calendars/calendar-year.js';
import { readText, withValue, writeText } from './document-file.js';
import { DocumentForm } from './document-form.js';
import { isKind, kindWord, listOf } from './document-kinds.js';
import { freeName, ownZone, type TemplateFacts, templateOf } from './document-templates.js';
import { DocumentText, type LineFault } from './document-text.js';
import { MutedIncidents, useMutePreview } from './mute-preview.js';
import { SaveDocument } from './save-document.js';
import { useCheck, useProblems } from './use-check.js';
import { useMayWrite } from './use-may-write.js';
import { useWaysOut } from './use-ways-out.js';

type Stored = Response<typeof alertDocumentRoutes.get>;

const typingMs = 400;

/** One document as a form and as its file, side by side; either changes the other. */
export function DocumentPage() {
  const { t } = useWords();
  const { kind } = useParams({ from: '/signed-in/alerting/documents/$kind' });
  const { name, match = '', reason = '' } = useSearch({ from: '/signed-in/alerting/documents/$kind' });
  useTitle(name ?? (isKind(kind) ? t(kindWord(kind)) : kind));
  if (!isKind(kind)) return <Text>{t('common.notFound')}</Text>;
  if (name === undefined) {
    const facts = { zone: ownZone(), nowMs: Date.now(), match: match.split('\n').filter(Boolean), reason };
    return <Fresh key={kind} kind={kind} facts={facts} />;
  }
  return <Existing key={`${kind} ${name}`} kind={kind} name={name} />;
}

/** A new one under a name that is not taken: nobody begins with a mistake. */
function Fresh({ kind, facts }: { kind: AlertDocumentKind; facts: Omit<TemplateFacts, 'ways'> }) {
  const others = useQuery({ ...query(alertDocumentRoutes.list, { kind, limit: 200 }), refetchOnWindowFocus: false });
  // Once: the file is the reader's from then on.
  const [first, setFirst] = useState<string>();
  const { templateText } = useServerText();
  const { ways, isPending } = useWaysOut(kind);
  if (first === undefined && !others.isPending && !isPending) {
    const template = templateText(templateOf(kind, { ...facts, ways }));
    const file = readText(template);
    const wanted = file.ok ? String(file.raw.name) : '';
    const name = freeName(
      wanted,
      (others.data?.items ?? []).map((one) => one.name),
    );
    setFirst(name === wanted ? template : withValue(template, ['name'], name));
  }
  if (first === undefined) return <Placeholder />;
  return <Editor kind={kind} first={first} stored={undefined} onReload={() => undefined} />;
}

function Existing({ kind, name }: { kind: AlertDocumentKind; name: string }) {
  const { t } = useWords();
  const client = useQueryClient();
  const document = useQuery({ ...query(alertDocumentRoutes.get, { kind, name }), refetchOnWindowFocus: false });
  const reload = () => void client.invalidateQueries({ queryKey: [alertDocumentRoutes.get.path] });
  return (
    <Loaded query={document}>
      {(stored) =>
        stored.written ? (
          <Editor
            key={stored.updatedAt}
            kind={kind}
            first={stored.source ?? writeText(stored.written)}
            stored={stored}
            onReload={reload}
          />
        ) : (
          <Stack>
            <Title order={1}>{stored.name}</Title>
            <Alert color="yellow">{t('doc.notWritten')}</Alert>
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {JSON.stringify(stored.spec, null, 2)}
            </Code>
          </Stack>
        )
      }
    </Loaded>
  );
}

interface EditorProps {
  readonly kind: AlertDocumentKind;
  readonly first: string;
  readonly stored: Stored | undefined;
  readonly onReload: () => void;
}

function Editor({ kind, first, stored, onReload }: EditorProps) {
  const { t } = useWords();
  const { recordText, yamlText } = useServerText();
  const [text, setText] = useState(first);
  const [isHalf, setHalf] = useState(false);
  const saved = useRef(false);
  const file = useMemo(() => readText(text), [text]);
  const { ways } = useWaysOut(kind);
  const [settled] = useDebouncedValue(file, typingMs);
  const raw = settled.ok && settled.raw.kind === kind ? settled.raw : null;
  const may = useMayWrite(kind);
  // Trying it out is refused like storing it.
  const check = useCheck(may ? raw : null);
  const isQuiet = kind === 'Silence' || kind === 'MaintenanceWindow';
  const preview = useMutePreview(isQuiet && check.isSuccess ? raw : null);
  const found = useProblems(check.error);
  const problems = file === settled ? found : [];
  const faults: LineFault[] = !file.ok
    ? [{ line: file.line, path: '', message: yamlText(file) }]
    : file.raw.kind !== kind
      ? [{ line: file.lineOf('kind'), path: 'kind', message: t('doc.otherKind', { kind }) }]
      : problems.map((problem) => ({ ...problem, line: file.lineOf(problem.path) }));
  const [result] = (file === settled && check.data?.results) || [];
  const name = String(raw?.name ?? '');
  // Saving would be refused: one of that name is there, and is not the one that is edited here.
  const isTaken = result?.change !== undefined && result.change !== 'created' && !isNamed(stored, name);
  const ofFields = [...problems, ...(isTaken ? [{ path: 'name', message: t('doc.taken', { name }) }] : [])];
  useUnsaved(() => !saved.current && (text !== first || isHalf));
  return (
    <Stack data-unsaved="never">
      <Group justify="space-between">
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          {stored ? `${t(kindWord(kind))} ${stored.name}` : t('doc.new', { kind: t(kindWord(kind)) })}
        </Title>
        <PageLink to={listOf[kind]}>{t('doc.back')}</PageLink>
      </Group>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Stack>
          <Section title={t('doc.form')}>
            {file.ok ? (
              <DocumentForm
                kind={kind}
                text={text}
                raw={file.raw}
                faults={new Map(ofFields.map(({ path, message }) => [path, message]))}
                isNew={stored === undefined}
                ways={ways}
                onChange={setText}
                onHalf={setHalf}
              />
            ) : (
              <Text size="sm" c="dimmed">
                {t('doc.mendFile')}
              </Text>
            )}
          </Section>
          {kind === 'Calendar' && check.isSuccess && raw && (
            <Section title={t('calendars.year')}>
              <CalendarYear days={[raw['days']].flat().map(String)} today={new Date().toISOString().slice(0, 10)} />
            </Section>
          )}
          {isQuiet && preview.data && (
            <Section title={t('doc.preview')}>
              <MutedIncidents muted={preview.data} />
            </Section>
          )}
        </Stack>
        <Stack>
          <Section title={t('doc.file')}>
            <DocumentText text={text} faults={faults} onChange={setText} />
          </Section>
          {check.isError && problems.length === 0 && file === settled && <Failure error={check.error} />}
          {result?.warnings?.map(({ code, message }) => (
            <Text key={code + message} size="sm" c="orange" role="status">
              {recordText(message)}
            </Text>
          ))}
          {may ? (
            <SaveDocument
              kind={kind}
              raw={raw ?? {}}
              text={text}
              before={stored && first}
              stored={stored}
              follows={check.data?.followed ?? []}
              mutes={isQuiet ? (preview.data?.alerts ?? 0) : 0}
              change={faults.length === 0 && !isTaken && !isHalf && raw ? result?.change : undefined}
              isWrong={faults.length > 0 || isTaken || isHalf}
              onSaved={() => {
                saved.current = true;
              }}
              onReload={onReload}
            />
          ) : (
            <Text size="sm">{t('doc.mayNot')}</Text>
          )}
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

const isNamed = (stored: Stored | undefined, name: string) => stored?.name.toLowerCase() === name.toLowerCase();
