import { calendarRoutes } from '@carillon/contract/http/calendars.routes';
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Document } from 'yaml';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { fieldText } from './job-yaml.js';
import { entryPath, withEntryField } from './schedule-yaml.js';

interface FieldProps {
  readonly text: string;
  readonly document: Document;
  readonly fault: string | undefined;
  readonly onChange: (text: string) => void;
}

/** Which calendar the only entry keeps to, or leaves out: `holidays`, `-holidays`. Days and several stay to the file. */
export function CalendarField({ text, document, fault, onChange }: FieldProps) {
  const { t } = useWords();
  const calendars = useQuery(query(calendarRoutes.list, { limit: 200 }));
  const entry = entryPath(document);
  const said = entry && (fieldText(document, entry) ? '' : fieldText(document, [...entry, 'calendar']));
  const known = (calendars.data?.items ?? []).flatMap(({ name }) => [`-${name}`, name]);
  const shown = said === null || said === '' || known.includes(said) ? known : [said, ...known];
  // Nothing to choose from, and nothing chosen: the field would only be in the way.
  if (shown.length === 0 && said === '') return null;
  return (
    <NativeSelect
      label={t('editor.calendar')}
      description={t(said === null ? 'editor.inFile' : 'editor.calendarHint')}
      disabled={said === null}
      error={fault}
      value={said ?? ''}
      data={[
        { value: '', label: t('editor.calendar.every') },
        ...shown.map((value) => ({
          value,
          label: value.startsWith('-')
            ? t('editor.calendar.not', { name: value.slice(1) })
            : t('editor.calendar.only', { name: value }),
        })),
      ]}
      onChange={(event) => onChange(withEntryField(text, 'calendar', event.currentTarget.value))}
    />
  );
}
