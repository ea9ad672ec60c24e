import type { SentenceOf } from './sentences.js';

/** Which rule of a host's own policy forbids something. */
export const policyTexts = {
  policy_account: 'jobs may run as {{accounts}}, not as {{account}}',
  policy_command: 'the centre may order {{commands}}, not {{command}}',
  policy_highest: 'jobs may not have the highest rights of {{account}}',
  policy_origin: '{{origin}} is none of the allowed origins',
  policy_path: '{{path}} is in none of the allowed folders',
  policy_program: '{{program}} is none of the allowed programs and in none of the allowed folders',
  policy_script: 'jobs may not bring a {{kind}} text of their own',
  policy_switch_off: 'jobs may not switch off tasks of this host ({{tasks}})',
  policy_upgrade: 'the agent is upgraded by hand here',
} as const;
export type PolicyText = SentenceOf<typeof policyTexts>;

/**
 * What a host, or the centre about a host, says beside the code of a fault, each sentence under the name by which another
 * language knows it. `said` is what Windows or the runtime said in its own words: it is quoted, never read.
 */
export const hostFaultTexts = {
  fault_account_form: 'runAs: {{account}} is no form of account that this agent knows',
  fault_account_unknown: '{{account}}: Windows does not know this account',
  fault_disk_full: 'the disk is full',
  fault_disk_reserve: 'the disk is nearly full: results are written from the reserve',
  fault_held_back: 'its agent cannot do {{needs}}; upgrade it',
  fault_log_off: 'to switch it on: {{command}}',
  fault_log_silent: 'Windows does not say whether the log is on',
  fault_log_tool: 'wevtutil: {{said}}',
  fault_needs: 'this agent cannot do {{needs}}',
  fault_no_replacing: 'this host cannot replace tasks',
  fault_no_schedule: 'the schedule cannot be registered',
  fault_original: '{{path}} cannot be read: {{xml}}',
  fault_original_changed: 'it was changed meanwhile: {{differences}}',
  fault_original_damaged: 'it was damaged and was registered again',
  fault_original_deleted: 'it had been deleted and was registered again',
  fault_password:
    'Windows needs the password of {{account}} to register this; hand it over in the centre: carillon account set "{{same}}", or on the host: carillon-agent account set "{{again}}"',
  fault_password_rest:
    '{{quoted}}; not tried again before {{until}}, so that the account is not locked; another password is tried at once',
  fault_password_seal: '{{path}}: the {{kind}} of {{name}} was sealed for another agent or changed; hand it over again',
  fault_policy: 'the policy of this host does not allow it (rule {{rule}}): {{why}}',
  fault_policy_file: 'the policy of this host cannot be believed, so nothing is allowed: {{said}}',
  fault_read_back: 'the task was registered but cannot be read back: {{xml}}',
  fault_repaired_differs: 'it differs after repair too: {{differences}}',
  fault_replaced: '{{path}} is replaced by another job ({{job}}) already',
  fault_replaced_on: 'replaced task {{path}}: wanted off, found on',
  fault_schedule: '{{field}}: expected a schedule that Task Scheduler can hold ({{why}}), got {{got}}',
  fault_schtasks: 'schtasks exit code {{code}}: {{said}}',
  fault_schtasks_silent: 'schtasks exit code {{code}}: it said nothing',
  fault_still_off: '{{path}} should be on and is not',
  fault_still_on: '{{path}} should be off and is not',
  fault_windows_silent: 'Windows said nothing',
} as const;
export type HostFaultText = SentenceOf<typeof hostFaultTexts>;

/** Why an agent does not become a release, or does not stay it. */
export const upgradeTexts = {
  upgrade_does_not_start: 'asked for its version it said {{said}}',
  upgrade_expired: 'the release expired at {{at}}',
  upgrade_file: 'the file is not the one that was signed',
  upgrade_file_ends: 'the file ends after {{bytes}} bytes',
  upgrade_form: 'release.{{field}}: {{said}}',
  upgrade_no_key: 'this host has pinned no key of a publisher; give one with carillon-agent install --release-key',
  upgrade_no_space: '{{needed}} bytes are needed beside the spool, {{free}} are free',
  upgrade_not_newer: 'version {{version}} is not newer than {{current}}, which runs here',
  upgrade_not_one_file: 'this agent does not run as one file, so there is nothing to put another in the place of',
  upgrade_platform: 'the release is for {{wanted}}, this host is {{platform}}',
  upgrade_reverted_dead: 'version {{version}} did not come up within {{minutes}} minutes: it does not run',
  upgrade_reverted_lost:
    'version {{version}} did not come up within {{minutes}} minutes: it runs but has not connected to the server',
  upgrade_signature: 'the signature of the release is not of a pinned key',
} as const;
export type UpgradeText = SentenceOf<typeof upgradeTexts>;

/** Why an order to a host came to nothing, beside what its code says. */
export const commandTexts = {
  command_agent_ended: 'the agent ended between accepting the command and knowing its outcome',
  command_dry_run_end: 'the dry run ended with exit code {{code}}',
  command_dry_run_late: 'the dry run did not end within {{seconds}} s',
  command_dry_run_start: 'the dry run could not be started: {{said}}',
  command_early: 'not before {{at}}',
  command_no_run: 'the run is not under way on this host',
  command_not_started:
    'Task Scheduler accepted the start but did not start the job within {{seconds}} s; it may be running already',
  command_runner_ended: 'the runner ended between taking the order and putting its run on record',
  command_still: 'the run did not end within {{seconds}} s',
  command_unregistered: 'the job is not registered on this host',
  command_which_run: 'stop: which run?',
} as const;
export type CommandText = SentenceOf<typeof commandTexts>;

/** What is worth knowing of what was applied, though nothing speaks against it. */
export const warningTexts = {
  warning_duty: 'in the next 14 days there are times at which nobody is on duty, the first from {{from}} to {{until}}',
  warning_report: 'each of its {{hosts}} hosts asks for the same report; let it run on one, or say hosts: this',
} as const;
export type WarningText = SentenceOf<typeof warningTexts>;
