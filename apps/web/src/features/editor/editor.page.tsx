import { ApiFailure } from '@carillon/contract/http/client';
import { Alert, Group, NativeSelect, SimpleGrid, Stack, Textarea, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useTitle } from '../../lib/use-title.js';
import { ApplyJob } from './apply-job.js';
import { type Faults, JobForm } from './job-form.js';
import { readFile } from './job-yaml.js';
import { Preview, usePreview } from './preview.js';
import { type TemplateName, templateNames, templates } from './templates.js';

const typingMs = 500;

/** A job as a form and as its file, side by side; either changes the other. */
export function EditorPage() {
  const { t } = useWords();
  useTitle(t('editor.title'));
  const [template, setTemplate] = useState<TemplateName>('backup');
  const [text, setText] = useState<string>(templates.backup);
  const file = useMemo(() => readFile(text), [text]);
  const [settled] = useDebouncedValue(file, typingMs);
  const preview = usePreview(settled.ok ? settled.raw : null);
  const faults = file === settled ? faultsOf(preview.error) : none;
  const choose = (name: TemplateName) => {
    setTemplate(name);
    setText(templates[name]);
  };
  return (
    <Stack>
      <Title order={1}>{t('editor.title')}</Title>
      <Group>
        <NativeSelect
          label={t('editor.template')}
          data={templateNames.map((name) => ({ value: name, label: t(`editor.template.${name}`) }))}
          value={template}
          onChange={(event) => choose(event.currentTarget.value as TemplateName)}
        />
      </Group>
      <SimpleGrid cols={{ base: 1, lg: 3 }}>
        <Section title={t('editor.form')}>
          {file.ok ? (
            <JobForm text={text} document={file.document} faults={faults} onChange={setText} />
          ) : (
            <Alert color="yellow" role="alert">
              {t('editor.notYaml', { line: file.line, message: file.message })}
            </Alert>
          )}
        </Section>
        <Section title={t('editor.file')}>
          <Textarea
            aria-label={t('editor.file')}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            rows={28}
            resize="vertical"
            spellCheck={false}
            classNames={{ input: 'mono' }}
          />
        </Section>
        <Stack>
          <Preview preview={preview} />
          {file.ok && <ApplyJob document={file.raw} />}
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

const none: Faults = new Map();

function faultsOf(error: unknown): Faults {
  if (!(error instanceof ApiFailure)) return none;
  return new Map((error.body.params.problems ?? []).map(({ path, message }) => [path, message]));
}
