import { NativeSelect, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { useTitle } from '../../lib/use-title.js';
import { type TemplateName, templateNames, templates } from './templates.js';
import { useDraft } from './use-draft.js';
import { Workbench } from './workbench.js';

/** A new job, from a template. */
export function EditorPage() {
  const { t } = useWords();
  const { templateText } = useServerText();
  useTitle(t('editor.title'));
  const [template, setTemplate] = useState<TemplateName>('backup');
  const draft = useDraft({ name: '', version: 0, text: templateText(templates.backup) });
  const choose = (name: TemplateName) => {
    setTemplate(name);
    const text = templateText(templates[name]);
    draft.rebase({ name: '', version: 0, text }, text);
  };
  return (
    <Stack>
      <Title order={1}>{t('editor.title')}</Title>
      <NativeSelect
        label={t('editor.template')}
        description={draft.isDirty ? t('editor.templateKept') : undefined}
        disabled={draft.isDirty}
        maw={360}
        data={templateNames.map((name) => ({ value: name, label: t(`editor.template.${name}`) }))}
        value={template}
        onChange={(event) => choose(event.currentTarget.value as TemplateName)}
      />
      <Workbench draft={draft} />
    </Stack>
  );
}
