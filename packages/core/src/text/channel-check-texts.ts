import type { SentenceOf } from './sentences.js';

/** What a test of a channel of tickets looks at. */
export const channelCheckParts = [
  'a ticket',
  'account',
  'account and table',
  'assignment group',
  'caller',
  'close code',
  'comments',
  'configuration item',
  'password',
  'priorities',
  'project',
  'rights',
  'transitions',
  'webhooks',
] as const;
export type ChannelCheckPart = (typeof channelCheckParts)[number];

/** What it found there, each sentence under the name by which another language knows it. */
export const channelCheckTexts = {
  check_all_well: 'everything is as it should be',
  check_close_code: 'tickets are resolved with {{code}}',
  check_is_there: '{{name}} is there',
  check_issue_type: '{{project}} has the issue type {{type}}',
  check_lacks: 'it lacks {{rights}}',
  check_made: '{{ticket}} was made, commented and resolved: {{url}}',
  check_made_open: '{{ticket}} was made and is still open: {{said}}',
  check_may_read: '{{account}} may read {{table}}',
  check_no_issue_type: 'there is no issue type {{name}}; there are: {{known}}',
  check_no_priority: 'there is no priority {{name}}; there are: {{known}}',
  check_no_project: 'there is no project {{project}}, or this account may not see it',
  check_no_record: '{{table}} has no {{field}} {{name}}',
  check_no_transition: 'there is no transition {{name}}; there are: {{known}}',
  check_secret_here: 'their secret is there',
  check_secret_missing: 'secret {{names}} was not handed over',
  check_silent: 'no answer within {{ms}} ms',
  check_transitions: '{{ticket}} can take {{known}}',
  check_transitions_unseen: 'not looked at: that takes an open issue of ours; `channels test --create` makes one',
  check_webhooks: 'none are taken (no `signing`); changes are asked for once a minute',
} as const;
export type ChannelCheckText = SentenceOf<typeof channelCheckTexts>;
