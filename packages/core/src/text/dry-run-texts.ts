import { readerOf, type SentenceOf } from './sentences.js';

/** Why a start would come to nothing, or only later. What keeps a run back says the rest: `RunDetail`. */
export const dryRunBecause = {
  dry_for_run: 'for run {{runs}}',
  dry_no_folder: 'no working directory {{path}}',
  dry_no_script: "the job's script is not at {{path}}",
  dry_no_secret: 'no secret {{name}} on this host',
  dry_off: 'the job is switched off, and Task Scheduler starts no such task',
  dry_up_to: 'up to {{duration}}: {{why}}',
} as const;

/** Lines of a dry run, each under the name by which another language knows it. */
export const dryRunTexts = {
  ...dryRunBecause,
  account: 'account: {{account}} (looked at as {{looked}}, who may see more or less)',
  account_highest: 'account: {{account}}, with its highest rights (looked at as {{looked}}, who may see more or less)',
  action: 'action: {{kind}}, carried out by the agent',
  arguments: 'arguments: {{arguments}}',
  conditions: 'conditions: {{why}}',
  conditions_met: 'conditions: met',
  environment: 'environment, beside what the host has: {{names}}',
  folder: 'working directory: {{path}}',
  head: 'dry run of {{job}} v{{version}} on {{host}}: nothing is started or changed',
  limit: 'time limit: {{limit}}',
  limit_tries: 'time limit: {{limit}} for each of {{attempts}} attempts, {{delay}} apart',
  next: 'by its schedule: next at {{at}}; a start by hand counts at any time',
  next_none: 'by its schedule: no time is known; a start by hand counts at any time',
  pause: '{{why}}; starts by its schedule are left out, one by hand is not',
  problem: 'problem: {{why}}',
  program: 'program: {{program}}',
  program_cannot: 'program: {{program}}, which cannot be started',
  secret_as: 'secret {{name}}, as {{variable}}: {{here}}',
  secret_stdin: 'secret {{name}}, as standard input: {{here}}',
  under_way: 'under way: {{runs}} (onOverlap: {{overlap}})',
  under_way_replaced: 'under way: {{runs}} (onOverlap: {{overlap}}); it would be ended first',
} as const;
export type DryRunText = SentenceOf<typeof dryRunTexts>;
export type DryRunTextCode = keyof typeof dryRunTexts;

/** A line of a dry run by name and figures; null: in words of others. */
export const readDryRunLine = readerOf(dryRunTexts);
