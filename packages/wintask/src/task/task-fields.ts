import { LOGON_TYPES, MULTIPLE_INSTANCES_POLICIES, RUN_LEVELS, TOKEN_SID_TYPES } from './definition.js';
import { SESSION_CHANGES } from './trigger.js';

/** How one leaf element's text becomes a value. `filled` is text that must not be blank. */
export type FieldType =
  | { is: 'text' | 'filled' | 'boolean' | 'duration' | 'boundary' | 'date' }
  | { is: 'number'; min: number; max: number }
  | { is: 'choice'; of: readonly string[] };

/** One row of a section: element name, property name, type (or the rows of a nested section). */
export interface FieldRow {
  element: string;
  key: string;
  type: FieldType | { is: 'section'; rows: readonly FieldRow[] };
}

const text = { is: 'text' } as const;
const flag = { is: 'boolean' } as const;
const duration = { is: 'duration' } as const;
const boundary = { is: 'boundary' } as const;
const filled = { is: 'filled' } as const;

function row(element: string, type: FieldRow['type'], key?: string): FieldRow {
  return { element, key: key ?? element.charAt(0).toLowerCase() + element.slice(1), type };
}

// The order of rows is the order in which Windows exports them; any order is read. Source: MS-TSCH 2.5, exports.

export const REGISTRATION_ROWS: readonly FieldRow[] = [
  row('Source', text),
  row('Date', { is: 'date' }),
  row('Author', text),
  row('Version', text),
  row('Description', text),
  row('Documentation', text),
  row('URI', text, 'uri'),
  row('SecurityDescriptor', text),
];

export const PRINCIPAL_ROWS: readonly FieldRow[] = [
  row('UserId', filled),
  row('GroupId', filled),
  row('DisplayName', text),
  row('LogonType', { is: 'choice', of: LOGON_TYPES }),
  row('RunLevel', { is: 'choice', of: RUN_LEVELS }),
  row('ProcessTokenSidType', { is: 'choice', of: TOKEN_SID_TYPES }),
];

export const SETTINGS_ROWS: readonly FieldRow[] = [
  row('MultipleInstancesPolicy', { is: 'choice', of: MULTIPLE_INSTANCES_POLICIES }),
  row('DisallowStartIfOnBatteries', flag),
  row('StopIfGoingOnBatteries', flag),
  row('AllowHardTerminate', flag),
  row('StartWhenAvailable', flag),
  row('RunOnlyIfNetworkAvailable', flag),
  row('NetworkProfileName', text),
  row('NetworkSettings', { is: 'section', rows: [row('Name', text), row('Id', text)] }),
  row('IdleSettings', {
    is: 'section',
    rows: [
      row('Duration', duration),
      row('WaitTimeout', duration),
      row('StopOnIdleEnd', flag),
      row('RestartOnIdle', flag),
    ],
  }),
  row('AllowStartOnDemand', flag),
  row('Enabled', flag),
  row('Hidden', flag),
  row('RunOnlyIfIdle', flag),
  row('DisallowStartOnRemoteAppSession', flag),
  row('UseUnifiedSchedulingEngine', flag),
  row('MaintenanceSettings', {
    is: 'section',
    rows: [row('Period', duration), row('Deadline', duration), row('Exclusive', flag)],
  }),
  row('Volatile', flag),
  row('WakeToRun', flag),
  row('ExecutionTimeLimit', duration),
  row('DeleteExpiredTaskAfter', duration),
  row('Priority', { is: 'number', min: 0, max: 10 }),
  row('RestartOnFailure', {
    is: 'section',
    rows: [row('Interval', duration), row('Count', { is: 'number', min: 1, max: 255 })],
  }),
];

/** Rows all triggers start with. */
export const TRIGGER_ROWS: readonly FieldRow[] = [
  row('Repetition', {
    is: 'section',
    rows: [row('Interval', duration), row('Duration', duration), row('StopAtDurationEnd', flag)],
  }),
  row('StartBoundary', boundary),
  row('EndBoundary', boundary),
  row('ExecutionTimeLimit', duration),
  row('Enabled', flag),
];

/** Element name, kind and own rows of every modelled trigger. */
export const TRIGGER_KINDS: readonly {
  element: string;
  kind: string;
  rows: readonly FieldRow[];
  required: readonly string[];
}[] = [
  { element: 'TimeTrigger', kind: 'time', rows: [row('RandomDelay', duration)], required: ['StartBoundary'] },
  { element: 'CalendarTrigger', kind: 'calendar', rows: [row('RandomDelay', duration)], required: ['StartBoundary'] },
  { element: 'BootTrigger', kind: 'boot', rows: [row('Delay', duration)], required: [] },
  { element: 'RegistrationTrigger', kind: 'registration', rows: [row('Delay', duration)], required: [] },
  { element: 'LogonTrigger', kind: 'logon', rows: [row('UserId', filled), row('Delay', duration)], required: [] },
  { element: 'IdleTrigger', kind: 'idle', rows: [], required: [] },
  {
    element: 'EventTrigger',
    kind: 'event',
    rows: [
      row('Subscription', filled),
      row('Delay', duration),
      row('PeriodOfOccurrence', duration),
      row('NumberOfOccurrences', { is: 'number', min: 1, max: 32 }),
      row('MatchingElement', text),
    ],
    required: ['Subscription'],
  },
  {
    element: 'SessionStateChangeTrigger',
    kind: 'session-state-change',
    rows: [row('StateChange', { is: 'choice', of: SESSION_CHANGES }), row('UserId', filled), row('Delay', duration)],
    required: ['StateChange'],
  },
];

export const EXEC_ROWS: readonly FieldRow[] = [
  row('Command', filled),
  row('Arguments', text),
  row('WorkingDirectory', text),
];

/** Trigger elements Windows has and this code only carries along. */
export const OPAQUE_TRIGGERS: ReadonlySet<string> = new Set(['WnfStateChangeTrigger', 'CustomTrigger']);
/** Action elements that are carried along: one is read in its own way, two are no longer accepted by Windows. */
export const OPAQUE_ACTIONS: ReadonlySet<string> = new Set(['SendEmail', 'ShowMessage']);

export const TASK_NAMESPACE = 'http://schemas.microsoft.com/windows/2004/02/mit/task';
