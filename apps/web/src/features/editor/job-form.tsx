import { NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import type { Document } from 'yaml';
import { useWords, type Word } from '../../i18n/index.js';
import {
  type FieldPath,
  fieldText,
  labelsText,
  type RunKind,
  readLabels,
  readRun,
  runKinds,
  withField,
  withRunKind,
} from './job-yaml.js';

/** What the server says about fields, by their path in the file. */
export type Faults = ReadonlyMap<string, string>;

interface FormProps {
  readonly text: string;
  readonly document: Document;
  readonly faults: Faults;
  readonly onChange: (text: string) => void;
}

const plain: readonly (readonly [string, Word])[] = [
  ['name', 'common.name'],
  ['description', 'editor.description'],
  ['owner', 'jobs.owner'],
  ['schedule', 'jobs.schedule'],
];

const checks: readonly (readonly [string, Word])[] = [
  ['runAs', 'jobs.runAs'],
  ['timeout', 'jobs.timeout'],
];

/** The common fields of a job; each writes into the file what it was left with, and shows what the file says. */
export function JobForm({ text, document, faults, onChange }: FormProps) {
  const { t } = useWords();
  const run = readRun(document);
  const field = ([key, label]: readonly [string, Word]) => (
    <Field
      key={key}
      label={t(label)}
      value={fieldText(document, [key])}
      fault={faultOf(faults, [key])}
      onLeave={(value) => onChange(withField(text, [key], value))}
    />
  );
  return (
    <Stack gap="sm">
      {plain.map(field)}
      <Field
        label={t('jobs.targets')}
        hint={t('editor.targetsHint')}
        value={labelsText(document)}
        fault={faultOf(faults, ['targets'])}
        onLeave={(value) => {
          const labels = readLabels(value);
          const empty = Object.keys(labels).length === 0;
          onChange(empty ? withField(text, ['targets'], '') : withField(text, ['targets', 'labels'], labels));
        }}
      />
      {run && (
        <NativeSelect
          label={t('editor.kind')}
          data={runKinds.map((kind) => ({ value: kind, label: t(`editor.run.${kind}`) }))}
          value={run.kind}
          onChange={(event) => onChange(withRunKind(text, event.currentTarget.value as RunKind))}
        />
      )}
      <Field
        label={t('jobs.what')}
        many={run !== null && run.kind !== 'program'}
        value={run ? fieldText(document, run.path) : null}
        fault={faultOf(faults, ['run'])}
        onLeave={(value) => run && onChange(withField(text, run.path, value))}
      />
      {checks.map(field)}
    </Stack>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly many?: boolean;
  /** Null where the file says more than the field can show. */
  readonly value: string | null;
  readonly fault: string | undefined;
  readonly onLeave: (value: string) => void;
}

/** Written when it is left, not at each key: a field that is emptied to be typed anew keeps its comment and place. */
function Field({ label, hint, many, value, fault, onLeave }: FieldProps) {
  const { t } = useWords();
  const shared = {
    label,
    description: value === null ? t('editor.inFile') : hint,
    disabled: value === null,
    defaultValue: value ?? '',
    error: fault,
    onBlur: (event: { currentTarget: { value: string } }) => {
      if (event.currentTarget.value !== (value ?? '')) onLeave(event.currentTarget.value);
    },
  };
  return many ? (
    <Textarea key={value} {...shared} rows={6} resize="vertical" classNames={{ input: 'mono' }} />
  ) : (
    <TextInput key={value} {...shared} />
  );
}

/** What is wrong at a field or inside it. */
function faultOf(faults: Faults, path: FieldPath): string | undefined {
  const at = path.join('.');
  for (const [where, text] of faults) {
    if (where === at || where.startsWith(`${at}.`) || where.startsWith(`${at}[`)) return text;
  }
  return undefined;
}
