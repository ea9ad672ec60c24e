import { Checkbox, Fieldset, NativeSelect, Stack } from '@mantine/core';
import type { Document } from 'yaml';
import { useWords, type Word } from '../../i18n/index.js';
import { labelsIn, wrongLabel } from '../hosts/labels-text.js';
import { actionFields, withActionField } from './action-yaml.js';
import { CalendarField } from './calendar-field.js';
import type { Fault } from './fault-lines.js';
import { FormField } from './form-field.js';
import {
  type FieldPath,
  fieldText,
  labelsText,
  listText,
  type RunKind,
  readRun,
  runKinds,
  withField,
  withRunKind,
  withTarget,
} from './job-yaml.js';
import { cronPath, entryPath, withEntryField } from './schedule-yaml.js';

interface FormProps {
  readonly text: string;
  readonly document: Document;
  readonly faults: readonly Fault[];
  /** The file is no YAML at the moment: what it said before stays to be read. */
  readonly disabled: boolean;
  readonly onChange: (text: string) => void;
  /** Told when a field begins to hold what cannot be written into the file, and when that is over. */
  readonly onUnreadable?: (is: boolean) => void;
}

const basics: readonly (readonly [string, Word])[] = [
  ['name', 'common.name'],
  ['description', 'editor.description'],
  ['owner', 'jobs.owner'],
];
const presets = [
  ['*/5 * * * *', 'editor.often.five'],
  ['0 * * * *', 'editor.often.hour'],
  ['0 2 * * *', 'editor.often.night'],
  ['0 7 * * 1-5', 'editor.often.workday'],
  ['0 2 * * 0', 'editor.often.week'],
  ['0 2 1 * *', 'editor.often.month'],
] as const satisfies readonly (readonly [string, Word])[];
const choices = { onOverlap: ['skip', 'queue', 'replace', 'parallel'], onMissed: ['skip', 'run-once'] } as const;

/**
 * A job in the order in which people think of it: what to run, what it is called, how often, where, and what is watched.
 * Each field writes into the file what it was left with, and shows what the file says.
 */
export function JobForm(props: FormProps) {
  const { t } = useWords();
  const { text, document, faults, disabled, onChange } = props;
  const field = (path: FieldPath, label: Word, hint?: Word) => (
    <FormField
      key={path.join('.')}
      label={t(label)}
      hint={hint && t(hint)}
      value={fieldText(document, path)}
      fault={faultAt(faults, path)}
      onLeave={(value) => onChange(withField(text, path, value))}
    />
  );
  return (
    <Stack gap="md" style={disabled ? { opacity: 0.55 } : {}}>
      <Fieldset legend={t('editor.step.type')} disabled={disabled}>
        <RunFields {...props} />
      </Fieldset>
      <Fieldset legend={t('editor.step.basics')} disabled={disabled}>
        <Stack gap="xs">
          {basics.map(([key, label]) => field([key], label))}
          <Checkbox
            label={t('editor.enabled')}
            checked={document.get('enabled') !== false}
            onChange={(event) =>
              onChange(withField(text, ['enabled'], event.currentTarget.checked ? '' : event.currentTarget.checked))
            }
          />
        </Stack>
      </Fieldset>
      <Fieldset legend={t('editor.step.frequency')} disabled={disabled}>
        <FrequencyFields {...props} />
      </Fieldset>
      <Fieldset legend={t('editor.step.targets')} disabled={disabled}>
        <TargetFields {...props} />
      </Fieldset>
      <Fieldset legend={t('editor.step.checks')} disabled={disabled}>
        <Stack gap="xs">
          {field(['runAs'], 'jobs.runAs', 'editor.runAsHint')}
          {field(['timeout'], 'jobs.timeout', 'editor.timeoutHint')}
          {(['onOverlap', 'onMissed'] as const).map((key) => (
            <NativeSelect
              key={key}
              label={t(`jobs.${key}`)}
              data={[...choices[key]]}
              value={fieldText(document, [key]) || choices[key][0]}
              error={faultAt(faults, [key])}
              onChange={(event) => onChange(withField(text, [key], event.currentTarget.value))}
            />
          ))}
        </Stack>
      </Fieldset>
    </Stack>
  );
}

function RunFields({ text, document, faults, onChange }: FormProps) {
  const { t } = useWords();
  const run = readRun(document);
  const action = actionFields(document);
  if (action.length > 0) {
    return (
      <Stack gap="xs">
        {action.map((field) => (
          <FormField
            key={field.path.join('.')}
            label={t(field.label)}
            value={fieldText(document, field.path)}
            fault={faultAt(faults, field.path)}
            onLeave={(value) => onChange(withActionField(text, field, value))}
          />
        ))}
      </Stack>
    );
  }
  return (
    <Stack gap="xs">
      {run && (
        <NativeSelect
          label={t('editor.kind')}
          data={runKinds.map((kind) => ({ value: kind, label: t(`editor.run.${kind}`) }))}
          value={run.kind}
          onChange={(event) => onChange(withRunKind(text, event.currentTarget.value as RunKind))}
        />
      )}
      <FormField
        label={t('jobs.what')}
        many={run !== null && run.kind !== 'program'}
        value={run ? fieldText(document, run.path) : null}
        fault={faultAt(faults, ['run'])}
        onLeave={(value) => run && onChange(withField(text, run.path, value))}
      />
    </Stack>
  );
}

function FrequencyFields({ text, document, faults, onChange }: FormProps) {
  const { t } = useWords();
  const path = cronPath(document);
  const cron = path && fieldText(document, path);
  const entry = entryPath(document);
  // Said beside their own fields.
  const others = faults.filter(({ path: where }) => !/^schedule\[0\]\.(timezone|jitter|calendar)$/.test(where));
  const part = (key: string, label: Word, hint: Word) => (
    <FormField
      label={t(label)}
      hint={t(hint)}
      value={entry && (fieldText(document, entry) ? '' : fieldText(document, [...entry, key]))}
      fault={faultAt(faults, ['schedule', '0', key])}
      onLeave={(value) => onChange(withEntryField(text, key, value))}
    />
  );
  return (
    <Stack gap="xs">
      {path && cron !== null && (
        <NativeSelect
          label={t('editor.often')}
          data={[
            { value: '', label: t('editor.often.own') },
            ...presets.map(([value, word]) => ({ value, label: t(word) })),
          ]}
          value={presets.some(([preset]) => preset === cron) ? cron : ''}
          onChange={({ currentTarget: { value } }) => value && onChange(withField(text, path, value))}
        />
      )}
      <FormField
        label={t('jobs.schedule')}
        hint={t('editor.scheduleHint')}
        value={cron}
        fault={faultAt(others, ['schedule'])}
        onLeave={(value) => path && onChange(withField(text, path, value))}
      />
      {cron && part('timezone', 'editor.timezone', 'editor.timezoneHint')}
      {cron && (
        <CalendarField
          text={text}
          document={document}
          fault={faultAt(faults, ['schedule', '0', 'calendar'])}
          onChange={onChange}
        />
      )}
      {cron && part('jitter', 'editor.jitter', 'editor.jitterHint')}
    </Stack>
  );
}

function TargetFields({ text, document, faults, onChange, onUnreadable }: FormProps) {
  const { t } = useWords();
  const all = faultAt(faults, ['targets']);
  const own = (key: string) => faultAt(faults, ['targets', key]);
  return (
    <Stack gap="xs">
      <FormField
        label={t('jobs.targets')}
        hint={t('editor.targetsHint')}
        value={labelsText(document)}
        fault={own('group') || own('groups') || own('hosts') ? undefined : all}
        // Labels that are half said would select other hosts than are meant.
        unreadable={(value) => {
          const wrong = wrongLabel(value);
          return wrong === undefined ? undefined : t('hosts.badLabel', { text: wrong });
        }}
        {...(onUnreadable ? { onUnreadable } : {})}
        onLeave={(value) => {
          const labels = labelsIn(value);
          onChange(withTarget(text, 'labels', Object.keys(labels).length > 0 ? labels : undefined));
        }}
      />
      <FormField
        label={t('editor.group')}
        value={fieldText(document, ['targets', 'group'])}
        fault={own('group')}
        onLeave={(value) => onChange(withTarget(text, 'group', value || undefined))}
      />
      <FormField
        label={t('editor.hostNames')}
        hint={t('editor.hostsHint')}
        value={listText(document, ['targets', 'hosts'])}
        fault={own('hosts')}
        onLeave={(value) => {
          const names = value.split(/[\s,]+/).filter(Boolean);
          onChange(withTarget(text, 'hosts', names.length > 0 ? names : undefined));
        }}
      />
    </Stack>
  );
}

/** What is wrong at a field or inside it. */
function faultAt(faults: readonly Fault[], path: FieldPath): string | undefined {
  const at = path.join('.').replace(/\.(\d+)(?=\.|$)/g, '[$1]');
  return faults.find(({ path: where }) => where === at || where.startsWith(`${at}.`) || where.startsWith(`${at}[`))
    ?.message;
}
