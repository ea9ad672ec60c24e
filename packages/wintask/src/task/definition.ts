import type { RawElement } from './raw-element.js';
import type { Trigger } from './trigger.js';

/** Who made the task and why. All free text, except that a present date must not be blank. */
export interface RegistrationInfo {
  uri?: string;
  securityDescriptor?: string;
  source?: string;
  date?: string;
  author?: string;
  version?: string;
  description?: string;
  documentation?: string;
  extra?: RawElement[];
}

export const LOGON_TYPES = ['S4U', 'Password', 'InteractiveToken', 'InteractiveTokenOrPassword'] as const;
export type LogonType = (typeof LOGON_TYPES)[number];
export const RUN_LEVELS = ['LeastPrivilege', 'HighestAvailable'] as const;
export type RunLevel = (typeof RUN_LEVELS)[number];
export const TOKEN_SID_TYPES = ['None', 'Unrestricted', 'Default'] as const;
export type TokenSidType = (typeof TOKEN_SID_TYPES)[number];

/** The account a task runs as. `userId` is a SID (best) or an account name; a group task has `groupId` instead. */
export interface Principal {
  id?: string;
  userId?: string;
  groupId?: string;
  displayName?: string;
  logonType?: LogonType;
  runLevel?: RunLevel;
  processTokenSidType?: TokenSidType;
  requiredPrivileges?: string[];
  extra?: RawElement[];
}

export const MULTIPLE_INSTANCES_POLICIES = ['Parallel', 'Queue', 'IgnoreNew', 'StopExisting'] as const;
export type MultipleInstancesPolicy = (typeof MULTIPLE_INSTANCES_POLICIES)[number];

export interface IdleSettings {
  duration?: string;
  waitTimeout?: string;
  stopOnIdleEnd?: boolean;
  restartOnIdle?: boolean;
  extra?: RawElement[];
}
export interface NetworkSettings {
  name?: string;
  id?: string;
  extra?: RawElement[];
}
export interface RestartOnFailure {
  interval?: string;
  count?: number;
  extra?: RawElement[];
}
export interface MaintenanceSettings {
  period?: string;
  deadline?: string;
  exclusive?: boolean;
  extra?: RawElement[];
}

/** How and when a task may run. Durations are ISO text; what each omission means is in `task/defaults.ts`. */
export interface TaskSettings {
  multipleInstancesPolicy?: MultipleInstancesPolicy;
  disallowStartIfOnBatteries?: boolean;
  stopIfGoingOnBatteries?: boolean;
  allowHardTerminate?: boolean;
  startWhenAvailable?: boolean;
  runOnlyIfNetworkAvailable?: boolean;
  /** Older form of `networkSettings.name`. */
  networkProfileName?: string;
  networkSettings?: NetworkSettings;
  idleSettings?: IdleSettings;
  allowStartOnDemand?: boolean;
  enabled?: boolean;
  hidden?: boolean;
  runOnlyIfIdle?: boolean;
  disallowStartOnRemoteAppSession?: boolean;
  useUnifiedSchedulingEngine?: boolean;
  maintenanceSettings?: MaintenanceSettings;
  volatile?: boolean;
  wakeToRun?: boolean;
  executionTimeLimit?: string;
  deleteExpiredTaskAfter?: string;
  priority?: number;
  restartOnFailure?: RestartOnFailure;
  extra?: RawElement[];
}

export interface ExecAction {
  kind: 'exec';
  id?: string;
  command: string;
  arguments?: string;
  workingDirectory?: string;
  extra?: RawElement[];
}
export interface ComHandlerAction {
  kind: 'com-handler';
  id?: string;
  classId: string;
  data?: RawElement;
  extra?: RawElement[];
}
/** SendEmail, ShowMessage (refused by current Windows) and unknown actions. */
export interface RawAction {
  kind: 'raw';
  element: RawElement;
}
export type TaskAction = ExecAction | ComHandlerAction | RawAction;

/** A scheduled task as a value. Source: MS-TSCH 2.5 (task XML), version 1.1 to 1.6. */
export interface TaskDefinition {
  version?: string;
  registrationInfo?: RegistrationInfo;
  triggers: Trigger[];
  principals: Principal[];
  settings: TaskSettings;
  actions: TaskAction[];
  /** Names the principal that the actions run as. */
  actionsContext?: string;
  data?: RawElement;
  /** Attributes this code does not model, by the path of their element, such as `Triggers/TimeTrigger[2]/Enabled`. */
  extraAttributes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
