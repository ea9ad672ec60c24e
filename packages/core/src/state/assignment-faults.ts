import { refusalCodes } from '../signing/refusal.js';

/** What Task Scheduler, or what stands around it, does not do on a host. */
export const schedulerFaultCodes = [
  'end_failed',
  'original_unreadable',
  'password_needed',
  'read_back_failed',
  'read_failed',
  'register_failed',
  'remove_failed',
  'replaced_by_another',
  'scheduler_unavailable',
  'start_failed',
  'switch_failed',
  'unknown_account',
] as const;
export type SchedulerFaultCode = (typeof schedulerFaultCodes)[number];

/** Rules of a host's own policy, as `policy_RULE` when they forbid something. */
export const policyFaultCodes = [
  'policy_run_as',
  'policy_highest_rights',
  'policy_scripts',
  'policy_programs',
  'policy_replace_tasks',
  'policy_paths',
  'policy_origins',
  'policy_commands',
  'policy_upgrades',
  'policy_unreadable',
] as const;
export type PolicyFaultCode = (typeof policyFaultCodes)[number];

/** Why a definition is not registered on a host; agents of other versions may tell others. */
export const assignmentFaultCodes = [
  'agent_too_old',
  'unsupported',
  'registered_differently',
  'internal',
  ...schedulerFaultCodes,
  ...policyFaultCodes,
  ...refusalCodes,
] as const;
export type AssignmentFaultCode = (typeof assignmentFaultCodes)[number];
