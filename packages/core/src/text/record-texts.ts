import { readerOf, type SentenceOf } from './sentences.js';

/** What a change request is called. `documents` are kinds and names, `Job nightly, HostGroup prod and 2 more`. */
export const requestTitles = {
  adopt: 'adopt task change {{change}}',
  apply: 'apply {{documents}}',
  labels: 'set labels of {{host}}',
  remove: 'delete Job {{job}}',
  roll_back: 'roll back Job {{job}}',
  undo: 'undo task change {{change}}',
} as const;
export type RequestTitle = SentenceOf<typeof requestTitles>;
export type RequestTitleCode = keyof typeof requestTitles;

/**
 * What the server writes down in a sentence alone: in the audit, of change requests, of versions that nobody wrote by hand.
 * People write into the same columns, so each form says more than somebody would by chance.
 */
export const recordTexts = {
  adopted_lost: 'what was edited there and adopted is not in this definition, and is taken back',
  adopted_taken_back: 'what was adopted from {{host}} was taken back',
  attempts_too_many: 'too many attempts to sign in',
  calendar_days: 'calendar {{calendar}} has other days',
  change_gone: '{{what}}: it would not be changed any more',
  change_new: '{{what}}: it would be changed now, and would not have been',
  change_other: '{{what}}: was {{was}}, is {{now}}',
  change_upon: 'what it is done to was changed since, or nobody has to approve it any more',
  copy_refused: 'it looks like a copy of a host that is connected',
  edited: '{{task}} was edited on {{host}}',
  edited_at: '{{task}} was edited on {{host}} at {{at}}',
  edited_by: '{{task}} was edited on {{host}} by {{by}}',
  edited_by_at: '{{task}} was edited on {{host}} by {{by}} at {{at}}',
  endpoint_failing: 'its endpoint has failed for {{days}} days; switch it on again when it works. Last: {{said}}',
  endpoint_gone: 'its endpoint says that it is gone (HTTP 410); switch it on again when it is back',
  failed_after: 'failed: {{code}}',
  host_is: 'this host is {{hostState}}',
  host_forced: 'its key is refused; whoever has it was not waited for',
  host_left: 'its agent took away what was ours and told what it had',
  key_not_its: 'it does not have the key of this host',
  join_address: 'address: address: expected one of {{addresses}}, got {{address}}',
  join_expired: 'expired: the token was good until {{until}}',
  join_late: 'used_up: others were faster',
  join_name: 'host_name: host name: expected {{names}}, got {{name}}',
  join_revoked: 'revoked: the token was revoked',
  join_unknown: 'unknown: there is no such token',
  join_used_up: 'used_up: the token was for {{uses}}, and as many have joined',
  more_than_told: 'more of them than are told apart',
  not_in_time: 'not approved in time',
  often: '{{why}}, {{count}} times',
  other_by_now: 'it would do something else by now: {{changes}}',
  password_again: 'signed in, and a wrong password for what asks for it again',
  password_not_for: 'it may not sign in by a password',
  password_wrong: 'wrong password',
  code_wrong: 'the right password and a wrong code',
  problem: '{{path}}: expected {{expected}}, got {{got}}',
  rolled_back: 'rolled back from version {{version}} to what version {{before}} says: {{said}}',
  set_without: 'its set {{set}} has it no more',
  step_all: 'all {{hosts}} hosts have it',
  step_failures: 'failure rate {{bad}} of {{results}}',
  step_frozen: 'frozen until {{until}} by {{freeze}}',
  step_halted: 'halted: {{said}}',
  step_no_run: 'no run of it yet',
  step_one_run: '{{runs}} run of it',
  step_runs: '{{runs}} runs of it',
  step_soaking: 'soaking until {{until}}',
  step_soaked: 'soaked',
  step_stopped: 'halted',
  step_unreached: '{{hosts}} cannot be reached',
  step_waiting: 'waiting for applied: {{waiting}} of {{hosts}} hosts',
  switched_off: '{{task}} was switched off on {{host}}',
  switched_off_at: '{{task}} was switched off on {{host}} at {{at}}',
  switched_off_by: '{{task}} was switched off on {{host}} by {{by}}',
  switched_off_by_at: '{{task}} was switched off on {{host}} by {{by}} at {{at}}',
  token_other:
    'another secret than it was made with, an address that it is not kept to, or an owner who is switched off',
  token_over: 'its time is over',
  token_revoked: 'it was revoked',
  upgrade_halted: '{{hosts}} hosts went back from it: no other host is offered it',
  withdrawn: 'taken back by {{by}}',
} as const;
export type RecordText = SentenceOf<typeof recordTexts>;
export type RecordTextCode = keyof typeof recordTexts;

/** Why an agent started a run that nobody asked for, and what only the centre or a demo says of hosts. */
export const hostTexts = {
  file_arrived: '{{file}} arrived',
  files_arrived: '{{file}} arrived, and {{more}} more',
  made_up: 'makes up for {{at}}: {{pause}}',
  measured: '{{metric}} at {{percent}} %, above {{limit}} % for {{seconds}} s',
  no_dry_run: 'agent {{version}} cannot do a dry run; upgrade it',
  run_after: 'run {{run}} of {{job}}: {{state}}',
  upgrades_not_allowed: 'policy.json of this host says upgrades: false',
} as const;
export type HostText = SentenceOf<typeof hostTexts>;
export type HostTextCode = keyof typeof hostTexts;

/** What is kept, by code and figures; null: in words of people, or of a version that said it otherwise. */
export const readRequestTitle = readerOf(requestTitles);
export const readRecord = readerOf(recordTexts);
export const readHostText = readerOf(hostTexts);
