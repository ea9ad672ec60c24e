import type { SentenceOf } from './sentences.js';

/** Why a task cannot become a job, or an edit of a task cannot become part of one, each under the name by which another language knows it. */
export const adoptionProblemTexts = {
  actions: 'it has {{count}} actions one after the other; a job runs one program',
  approval_needed:
    'hosts of the protected group {{groups}} need {{count}} approvals; adopt it by hand, which makes a change request',
  arguments: 'it has {{count}} arguments, a job at most {{limit}}',
  cmd_quoting: 'its line for cmd.exe would change when it is taken apart; put it into a batch file',
  deletes_itself: 'it deletes itself when its time is over',
  edit_deleted: 'it was deleted; take the host out of the job’s targets instead',
  edit_gated:
    "the job's own times are narrower than its triggers ({{reasons}}), so what these are now does not say when it should run",
  edit_newer: 'version {{version}}, written after it was edited, says otherwise about {{part}}',
  edit_none: 'it is what its job says',
  edit_not_wanted: 'the job no longer keeps what is edited on hosts',
  edit_old: 'something newer is known of this task',
  edit_too_long: 'the job would have {{bytes}} bytes, at most {{limit}}',
  edit_too_many: 'a job can be different on {{limit}} sets of hosts',
  edit_undefined: 'the host could not tell what it is now, or it is too long',
  edit_unreadable: 'it cannot be read',
  edit_unregistrable: 'its job cannot be registered on this host any more',
  edit_zone: "the host's time zone {{zone}} is not known here",
  job_gone: 'the job is no more',
  not_foreign: "it is Windows' own or ours",
  not_program: 'it calls a part of Windows or a COM class, not a program',
  old_agent: 'the agent on this host cannot replace tasks; upgrade it',
  old_agent_account: 'the agent on this host cannot run jobs of this account; upgrade it',
  only_idle: 'it runs only while the computer is idle',
  placeholder: 'its line holds {{ }}, which a job would fill in',
  replaced: 'job {{job}} stands in for it already',
  run_as_account: '{{account}}: a job expects {{why}}',
  run_as_group:
    'it runs in the session of whoever of {{group}} is logged on; a job runs as one account: choose one in its properties, or write a job file with runAs',
  run_as_logon:
    'it does not say how {{account}} is logged on; choose in its properties whether that user must be logged on',
  run_as_none: 'it does not say whom it runs as',
  task_unreadable: 'its definition cannot be read',
  too_long_limit: "its time limit of {{limit}} is longer than a job's can be",
  unread_by_agent: 'its definition cannot be read by the agent',
  unread_too_long: 'its definition is longer than {{limit}} characters',
  variable: 'it names the variable %{{name}}%, whose value on the host is not known',
} as const;
export type AdoptionProblemText = SentenceOf<typeof adoptionProblemTexts>;

/** What is different afterwards, though when and what runs is not. */
export const adoptionNoteTexts = {
  note_batteries: 'it does not run on batteries; the job does',
  note_network: 'it waits for a network; the job does not',
  note_password:
    'Windows gives the password of {{account}} to nobody: hand it over on each host with carillon-agent account set "{{same}}"; until then the task goes on as it is',
  note_priority: 'it runs at priority {{priority}}; the job at 5',
  note_restart: 'Windows starts it again when it could not start; see retry for a job',
  note_session: 'while {{account}} is logged on it runs in that session; the job always runs without one',
  note_wake: 'it wakes the computer; the job does not',
  note_window: 'the window of the runner can be seen while it runs',
} as const;
export type AdoptionNoteText = SentenceOf<typeof adoptionNoteTexts>;
