import type { AlertDocumentKind } from '@carillon/core/state/states';
import {
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useWords } from '../../../i18n/index.js';
import { ChannelInput, PeopleInput, PeopleOfInput, TargetsInput } from './choice-inputs.js';
import { type Field, fieldsLost, fieldsOf, listsOf } from './document-fields.js';
import { pathText, valueAt, withValue } from './document-file.js';
import { DocumentList } from './document-list.js';
import { isPast, wallTime } from './document-templates.js';
import type { WaysOut } from './use-ways-out.js';

interface Props {
  readonly kind: AlertDocumentKind;
  readonly text: string;
  readonly raw: Record<string, unknown>;
  /** What is wrong with a field, by its path. */
  readonly faults: ReadonlyMap<string, string>;
  /** The cursor begins in its name. */
  readonly isNew: boolean;
  readonly ways: WaysOut;
  readonly onChange: (text: string) => void;
  /** Told whether a field holds something that the file has not. */
  readonly onHalf: (is: boolean) => void;
}

/** The fields of a document; each edit changes the file. */
export function DocumentForm({ kind, text, raw, faults, isNew, ways, onChange, onHalf }: Props) {
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
  const until = valueAt(raw, ['until']);
  const isOver = typeof until === 'string' && valueAt(raw, ['cron']) === undefined && isPast(until, zone, Date.now());
  const input = (field: Field) => (
    <FieldInput
      key={pathText(field.path)}
      field={field}
      value={valueAt(raw, field.path)}
      raw={raw}
      ways={ways}
      fault={faultOf(faults, field, t)}
      warning={field.path[0] === 'until' && isOver ? t('doc.isOver') : undefined}
      autoFocus={isNew && field.path[0] === 'name'}
      zone={zone}
      onChange={(value) => change(field, value)}
      onHalf={onHalf}
    />
  );
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {fieldsOf(kind, raw).map(input)}
      </SimpleGrid>
      {listsOf(kind).map((list) => (
        <DocumentList key={list.path} {...{ list, text, raw, zone, onChange }} field={input} />
      ))}
    </Stack>
  );
}

type Value = unknown;

/** Of the field, or of a part of it, `match[1]`; of a secret's name, also that the whole secret is missing. */
function faultOf(
  faults: ReadonlyMap<string, string>,
  { path }: Field,
  t: ReturnType<typeof useWords>['t'],
): string | undefined {
  const own = pathText(path);
  if (path.at(-1) === 'secret' && faults.has(pathText(path.slice(0, -1)))) return t('doc.noSecret');
  for (const [at, message] of faults)
    if (at === own || at.startsWith(`${own}[`) || at.startsWith(`${own}.`)) return message;
  return undefined;
}

interface FieldProps {
  readonly field: Field;
  readonly value: unknown;
  readonly raw: Record<string, unknown>;
  readonly ways: WaysOut;
  readonly fault: string | undefined;
  /** Something to be thought about, though it can be stored. */
  readonly warning: string | undefined;
  readonly zone: string;
  readonly autoFocus: boolean;
  readonly onChange: (value: Value) => void;
  readonly onHalf: (is: boolean) => void;
}

function FieldInput({
  field,
  value,
  raw,
  ways,
  fault,
  warning,
  zone,
  autoFocus,
  onChange,
  onHalf,
}: FieldProps): ReactNode {
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
      return (
        <WallInput
          {...common}
          warning={warning}
          value={shown}
          zone={zone}
          hours={field.hours ?? []}
          onChange={onChange}
        />
      );
    case 'channel':
      return <ChannelInput {...common} {...{ value, ways, onChange }} own={raw.name} />;
    case 'targets':
      return <TargetsInput {...common} {...{ value, ways, onChange }} />;
    case 'people-of':
      return <PeopleOfInput {...common} {...{ value, onChange }} people={raw.people} />;
    case 'people':
      return <PeopleInput {...common} {...{ value, onChange, onHalf }} />;
  }
}

/** Said in the file in a way that the field cannot show. */
function isElsewhere({ input }: Field, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (input === 'targets' || input === 'people-of' || input === 'people') return false;
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
  readonly warning?: string | undefined;
  readonly value: string;
  readonly zone: string;
  /** So many hours from now can be chosen with one click. */
  readonly hours: readonly number[];
  readonly onChange: (value: Value) => void;
}

function WallInput({ label, error, warning, value, zone, hours, onChange }: WallProps) {
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
      {warning && !error && (
        <Text size="xs" c="orange" role="status">
          {warning}
        </Text>
      )}
      {hours.length > 0 && (
        <Group gap={4} mt={4}>
          {hours.map((n) => (
            <Button
              key={n}
              size="compact-xs"
              variant="default"
              onClick={() => onChange(wallTime(Date.now() + n * 3_600_000, zone))}
            >
              {n < 24 ? t('doc.inHours', { n }) : t('doc.inDays', { n: n / 24 })}
            </Button>
          ))}
        </Group>
      )}
    </div>
  );
}
