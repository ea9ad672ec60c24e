import { ApiFailure } from '@carillon/contract/http/client';
import { Alert, Grid, SimpleGrid, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useRef, useState } from 'react';
import type { Document } from 'yaml';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { isUnwritten } from '../../lib/unwritten.js';
import { useUnsaved } from '../../lib/use-unsaved.js';
import { ApplyJob } from './apply-job.js';
import { Conflict } from './conflict.js';
import type { Fault } from './fault-lines.js';
import { FilePane } from './file-pane.js';
import { JobForm } from './job-form.js';
import { readFile } from './job-yaml.js';
import { Preview, usePreview } from './preview.js';
import type { PreviewData } from './preview-data.js';
import { TextChanges } from './text-changes.js';
import { nameOf, useApply } from './use-apply.js';
import type { Draft } from './use-draft.js';

const typingMs = 500;

interface WorkbenchProps {
  readonly draft: Draft;
  /** The version that is stored now, as far as the page has heard. */
  readonly newest?: number;
}

/** A job as a form and as its file, side by side, with what it would do; either changes the other. */
export function Workbench({ draft, newest }: WorkbenchProps) {
  const { t } = useWords();
  const { problemText } = useServerText();
  const inWords = (problem: Problem): Fault => ({ path: problem.path, message: problemText(problem) });
  const { text, base } = draft;
  const file = useMemo(() => readFile(text), [text]);
  const [settled] = useDebouncedValue(file, typingMs);
  const saved = useRef(false);
  const form = useRef<HTMLDivElement>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const raw = file.ok ? file.raw : null;
  const apply = useApply(draft, raw, saved);
  const preview = usePreview(settled.ok ? settled.raw : null);
  const isSettled = file === settled && file.ok;
  const faults = isSettled
    ? [...problemsIn(preview.error), ...problemsIn(apply.error)].map(inWords).filter(isFirst)
    : [];
  const shown = useLast<PreviewData>(preview.data);
  const readable = useLast<Document>(file.ok ? file.document : undefined);
  const heard = newest !== undefined && newest !== base.version ? { job: base.name, version: newest } : null;
  const conflict = apply.conflict ?? (saved.current ? null : heard);
  const isOtherName = base.version > 0 && nameOf(raw) !== '' && nameOf(raw).toLowerCase() !== base.name.toLowerCase();
  useUnsaved(() => !saved.current && (draft.isDirty || isUnreadable || isUnwritten(form.current)));
  return (
    <Stack data-unsaved="never">
      {conflict && <Conflict key={conflict.version} draft={draft} {...conflict} />}
      {isOtherName && (
        <Alert color="yellow" role="status">
          {t('editor.otherName', { name: base.name })}
        </Alert>
      )}
      {base.version > 0 && draft.isDirty && (
        <Section title={t('editor.unsaved')}>
          <TextChanges before={base.text} after={text} label={t('editor.against', { version: base.version })} />
        </Section>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 6, xl: 4 }}>
          <Section title={t('editor.form')}>
            <div ref={form}>
              {readable && (
                <JobForm
                  text={text}
                  document={readable}
                  faults={faults}
                  disabled={!file.ok}
                  onChange={draft.write}
                  onUnreadable={setUnreadable}
                />
              )}
            </div>
          </Section>
        </Grid.Col>
        {/* Beside the long form: what would come of it is not looked for below its end. */}
        <Grid.Col span={{ base: 12, md: 6, xl: 8 }}>
          <SimpleGrid cols={{ base: 1, xl: 2 }}>
            <FilePane text={text} file={file} faults={faults} onChange={draft.write} />
            <Stack>
              <Preview data={shown} isStale={!isSettled || preview.isFetching || preview.isError} />
              <ApplyJob apply={apply} isReady={file.ok && !isUnreadable} isUnreadable={isUnreadable} />
            </Stack>
          </SimpleGrid>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** The last value there was: what is being typed anew leaves the page as it is. */
function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}

type Problem = NonNullable<ApiFailure['body']['params']['problems']>[number];

function problemsIn(error: unknown): readonly Problem[] {
  return error instanceof ApiFailure ? (error.body.params.problems ?? []) : [];
}

function isFirst({ path, message }: Fault, at: number, all: readonly Fault[]): boolean {
  return all.findIndex((other) => other.path === path && other.message === message) === at;
}
