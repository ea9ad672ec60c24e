import { readerOf, type SentenceOf } from './sentences.js';

/**
 * Why a request is refused: for what things are like now, for who asks, or for what the server can do at the moment. Each
 * sentence stands under the name by which another language knows it.
 */
export const refusalTexts = {
  account_no_service: 'account {{name}}: expected a service; people make their tokens themselves',
  account_no_person: 'account {{name}}: expected a person with a password here',
  account_taken: 'account {{name}}: somebody is called so already',
  account_no_password: 'this account has no password here',
  account_needed: 'expected somebody with an account: the token of the server is nobody in particular',
  approval_own: 'job {{job}} version {{version}}: you wrote it yourself',
  approver_key_known: 'key {{key}}: it is registered already',
  attempts_too_many: 'too many attempts to sign in; try again later',
  bearer_needed: 'authorization: expected Bearer and a token',
  bearer_unknown: 'authorization: this token is not known, or its time is over',
  body_too_large: 'body: expected at most {{bytes}} bytes',
  body_unreadable: 'body or address: {{said}}',
  change_adopted: 'task change {{id}}: it is adopted already, or the task is not as it was found then',
  change_not_adopted: 'task change {{id}}: nothing was adopted from it, or that was taken back already',
  change_unfit: 'task change {{id}} cannot be adopted: {{reasons}}',
  code_needed: 'code: expected the code that the authenticator shows',
  code_wrong: 'code: it is not the one that the authenticator shows',
  database_away: 'the database cannot be reached at the moment; try again',
  database_late:
    'the database took longer for this than it may, and took it back; try again in a moment, with less at a time if it was much',
  document_changed: '{{kind}} {{name}}: expected {{seen}}, got {{current}}',
  document_used: '{{kind}} {{name}} is named by {{users}}',
  endpoint_named: 'name: expected one that no subscription has, got {{name}}',
  factor_known: 'there is a second factor already: take it away first',
  frozen:
    'frozen by {{freeze}} until {{until}} ({{reason}}): {{jobs}}; wait, or have somebody who may override it with a reason (--override-freeze)',
  group_configured: 'group {{name}}: CARILLON_OIDC_GROUPS says what it may do',
  hook_too_many: 'too many requests; what changed is asked for later',
  hook_unsigned: 'expected a signature with the secret of this channel',
  host_fingerprint:
    'fingerprint: host {{host}} has the key {{key}}, another one was given: is it the host that you look at?',
  host_state: 'host {{host}}: expected one that is {{wanted}}, it is {{state}}',
  host_zone:
    'host {{host}}: its time zone {{zone}} is not known here; expected an IANA time zone such as Asia/Shanghai',
  incident_acknowledged: 'incident {{number}}: expected an incident that somebody acknowledged',
  incident_comment: 'incident {{number}}: expected a comment, since {{alerts}} not recovered',
  incident_resolved: 'incident {{number}}: expected an incident that is not resolved',
  internal: 'something went wrong in the server; its log says what',
  invitation_used: 'invitation: this link was used already or has expired; ask for a new one',
  job_changed: 'job {{job}}: expected {{seen}}, got {{current}}',
  job_nowhere: 'job {{job}}: no host has it, so there is nothing to start',
  key_other: 'Idempotency-Key {{key}}: expected the request that it first came with, got another address or body',
  key_under_way: 'Idempotency-Key {{key}}: the first request with it is still under way; ask again in a moment',
  key_used:
    'key {{key}}: it had counted as many uses before: the signature was handed in already, or there is a copy of the key',
  link_used: 'ticket: this link was used already or has expired; ask for a new one with `carillon sign-in`',
  links_too_many: 'incident {{number}}: expected at most {{most}} links',
  not_signed: 'not signed: {{said}}',
  nothing_changed:
    'nothing was changed: hosts of the protected group {{groups}} ask for {{required}} by others; it waits as change request {{request}}',
  origin_other: 'origin: expected one of {{origins}}, got {{origin}}',
  output_archived: 'the output was {{said}}',
  override_role: '{{action}}: expected the role approver or admin, whose scope is everything',
  password_wrong: 'name or password: they do not belong together',
  plan_changed:
    'expectPlan: expected the plan {{seen}}, got {{current}}: definitions, hosts or the files have changed since; plan again',
  release_taken: 'text: another file of this version and platform is published; raise the version',
  report_hidden: 'run.report: {{said}}, which your roles do not let you see',
  request_already_approved: 'you have approved it already; another person has to',
  request_changed: 'planHash: expected {{current}}, got {{seen}}: look at the request again',
  request_decided: 'it is decided already',
  request_decided_now: 'change request {{number}}: somebody else has just decided about it',
  request_expired: 'its time is over',
  request_no_person: 'expected a person: a service, or the token of the server, is nobody who could approve',
  request_not_author: 'it is not yours: reject it instead',
  request_own: 'it is your own: somebody else has to decide about it',
  request_stale: 'change request {{number}} is stale: {{why}}',
  rollback_nothing_before: 'job {{job}}: no host had it before; carillon delete takes it off its hosts',
  rollback_not_newest: 'job {{job}}: version {{version}} is not the newest any more; apply what it should be',
  rollback_over: 'job {{job}}: version {{version}} was {{state}}',
  rollout_changed: 'job {{job}}: its rollout has changed since it was looked at; look again',
  rollout_state: 'job {{job}}: expected a rollout that {{wanted}}, got {{current}}',
  run_ended: 'run {{run}}: it has ended already ({{state}})',
  secret_kept: 'jobs: expected names or patterns that {{jobs}} is among, which uses it; take it out of the job first',
  secret_short: 'value: expected at least {{count}} characters, which output can be searched for',
  session_ended: 'the session has ended; sign in again',
  session_needed: 'sign in first: expected a session cookie or an Authorization: Bearer header',
  signer_ended: 'the signer has ended and is started again; try again',
  subscription_off: 'subscription {{name}}: expected one that is switched on; PATCH enabled: true',
  subscriptions_too_many: 'expected at most {{most}} subscriptions',
  token_unknown: 'token: this token is not known',
  token_over: 'token {{id}}: it is over; make a new one',
  used: '{{purpose}} {{name}} is used by {{users}}',
} as const;
export type RefusalText = SentenceOf<typeof refusalTexts>;
export type RefusalTextCode = keyof typeof refusalTexts;

/** A refusal by name and figures; null: in words of others. */
export const spokenRefusal = readerOf(refusalTexts);
