import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Button, Group, NumberInput, Select, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../../i18n/index.js';
import { type Field, fieldsLost, fieldsOf } from './document-fields.js';
import { valueAt, withValue } from './document-file.js';
import { wallTime } from './document-templates.js';

interface Props {
  readonly kind: AlertDocumentKind;
  readonly text: string;
  readonly raw: Record<string, unknown>;
  /** What is wrong with a field, by its path. */
  readonly faults: ReadonlyMap<string, string>;
  /** The cursor begins in its name. */
  readonly isNew: boolean;
  readonly onChange: (text: string) => void;
}

/** The fields of a document; each edit changes the file. */
export function DocumentForm({ kind, text, raw, faults, isNew, onChange }: Props) {
  const { t } = useWords();
  const change = ({ path }: Field, value: Value) => {
    const before = String(valueAt(raw, path));
    const swept =
      path[0] === 'type' && kind === 'Channel'
        ? fieldsLost(before, String(value)).reduce((file, lost) => withValue(file, lost, undefined), text)
        : text;
    onChange(withValue(swept, path, value));
  };
  const zone = String(valueAt(raw, ['timezone']) ?? 'UTC');
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {fieldsOf(kind, raw).map((field) => (
        <FieldInput
          key={field.path.join('.')}
          field={field}
          value={valueAt(raw, field.path)}
          fault={faultOf(faults, field, t('doc.noSecret'))}
          autoFocus={isNew && field.path[0] === 'name'}
          zone={zone}
          onChange={(value) => change(field, value)}
        />
      ))}
    </SimpleGrid>
  );
}

type Value = string | number | boolean | string[] | undefined;

/** Of the field, or of a part of it, `match[1]`; of a secret's name, also that the whole secret is missing. */
function faultOf(faults: ReadonlyMap<string, string>, { path }: Field, noSecret: string): string | undefined {
  const own = path.join('.');
  if (path.at(-1) === 'secret' && faults.has(path.slice(0, -1).join('.'))) return noSecret;
  for (const [at, message] of faults) if (at === own || at.startsWith(`${own}[`)) return message;
  return undefined;
}

interface FieldProps {
  readonly field: Field;
  readonly value: unknown;
  readonly fault: string | undefined;
  readonly zone: string;
  readonly autoFocus: boolean;
  readonly onChange: (value: Value) => void;
}

function FieldInput({ field, value, fault, zone, autoFocus, onChange }: FieldProps) {
  const { t } = useWords();
  // Emptied to be typed anew: it leaves the file, with its comment, only when the cursor leaves it empty.
  const [isEmptied, setEmptied] = useState(false);
  const write = (next: Value) => {
    setEmptied(next === undefined);
    if (next !== undefined) onChange(next);
  };
  const onBlur = () => {
    if (isEmptied) onChange(undefined);
    setEmptied(false);
  };
  const label = t(field.word);
  const common = { label, error: fault };
  if (isElsewhere(field, value)) return <TextInput {...common} value="" placeholder={t('doc.inFile')} disabled />;
  const shown = isEmptied || value === undefined || value === null ? '' : String(value);
  switch (field.input) {
    case 'text':
      return (
        <TextInput
          {...common}
          value={shown}
          placeholder={field.hint}
          autoFocus={autoFocus}
          // A suggestion: typing takes its place.
          {...(autoFocus ? { onFocus: (event) => event.currentTarget.select() } : {})}
          onBlur={onBlur}
          onChange={(event) => write(event.currentTarget.value || undefined)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={shown}
          hideControls
          allowDecimal={false}
          onBlur={onBlur}
          onChange={(typed) => write(typed === '' ? undefined : Number(typed))}
        />
      );
    case 'lines':
      return (
        <Textarea
          {...common}
          rows={Math.max(2, linesOf(value).length)}
          value={isEmptied ? '' : linesOf(value).join('\n')}
          placeholder={field.hint}
          description={t('doc.onePerLine')}
          onBlur={() => {
            const lines = linesOf(value);
            const full = lines.filter((line) => line.trim() !== '');
            if (!isEmptied && full.length < lines.length) onChange(full);
            onBlur();
          }}
          onChange={(event) =>
            write(event.currentTarget.value === '' ? undefined : event.currentTarget.value.split('\n'))
          }
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          clearable={!field.required}
          allowDeselect={!field.required}
          data={[...field.choices]}
          value={shown || null}
          onChange={(chosen) => onChange(chosen ?? undefined)}
        />
      );
    case 'switch':
      return (
        <Switch
          {...common}
          mt={28}
          checked={value === undefined ? field.byDefault : value === true}
          onChange={(event) => {
            const on = event.currentTarget.checked;
            onChange(on === field.byDefault ? undefined : on);
          }}
        />
      );
    case 'wall':
      return <WallInput {...common} value={shown} zone={zone} hours={field.hours ?? []} onChange={onChange} />;
  }
}

/** Said in the file in a way that the field cannot show. */
function isElsewhere({ input }: Field, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (input === 'lines') return Array.isArray(value) && value.some((item) => typeof item === 'object');
  if (input === 'switch') return typeof value !== 'boolean';
  return typeof value === 'object';
}

/** A list, one alone, or a map of labels. */
function linesOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object') return Object.entries(value).map(([label, is]) => `${label}=${String(is)}`);
  return [String(value)];
}

interface WallProps {
  readonly label: string;
  readonly error: string | undefined;
  readonly value: string;
  readonly zone: string;
  /** So many hours from now can be chosen with one click. */
  readonly hours: readonly number[];
  readonly onChange: (value: Value) => void;
}

function WallInput({ label, error, value, zone, hours, onChange }: WallProps) {
  const { t } = useWords();
  // One with an offset is not on the zone's clocks: it stays as it was written.
  const isPlain = value === '' || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(value);
  return (
    <div>
      <TextInput
        label={label}
        error={error}
        type={isPlain ? 'datetime-local' : 'text'}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      />
      {hours.length > 0 && (
        <Group gap={4} mt={4}>
          {hours.map((n) => (
            <Button
              key={n}
              size="compact-xs"
              variant="default"
              onClick={() => onChange(wallTime(Date.now() + n * 3_600_000, zone))}
            >
              {t('doc.inHours', { n })}
            </Button>
          ))}
        </Group>
      )}
    </div>
  );
}
