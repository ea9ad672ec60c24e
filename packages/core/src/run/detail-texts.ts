import { readerOf, type SentenceOf } from '../text/sentences.js';

/**
 * What a host says of a run beside its reason. Hosts send the sentence alone, so that it is read where it is shown, by
 * the table that its makers are held to; what older agents say in other words stands as it came.
 */
export const runDetails = {
  condition_cpu: 'CPU at {{percent}} %, expected below {{limit}} %',
  condition_cpu_unknown: 'CPU at unknown %, expected below {{limit}} %',
  condition_file: 'no file {{file}}',
  condition_memory: 'memory at {{percent}} %, expected below {{limit}} %',
  condition_memory_unknown: 'memory at unknown %, expected below {{limit}} %',
  ends_run: 'ends run {{runs}}',
  no_cmd: 'a batch file needs cmd.exe, which this host does not have: {{file}}',
  not_executable: 'not an executable file: {{program}}',
  not_replaced: 'run {{runs}} did not end within {{seconds}} s',
  orphaned: 'the centre was last heard {{since}}; after {{days}} days without it this job starts no more (orphans)',
  overlap: 'run {{run}} is still under way',
  paused: 'paused by {{by}} until {{until}}',
  paused_because: 'paused by {{by}} until {{until}}: {{note}}',
  program_not_found: 'program not found: {{program}}',
  queue_full: '{{waiting}} runs wait already, expected fewer than {{limit}}',
  runner_lost: 'its runner ended while the run was waiting',
  secret_missing:
    'no secret {{name}} on this host; hand it over with carillon secret set {{same}} --jobs, or on the host with carillon-agent secret set {{again}}',
  secret_unreadable: 'the secrets of this host cannot be read: {{said}}',
  stopped_before: 'stopped before its program was started',
  waits_for_run: 'waits for run {{runs}}',
} as const;
export type RunDetailCode = keyof typeof runDetails;
export type RunDetail = SentenceOf<typeof runDetails>;

/** A detail by name and figures; null: in words of others. */
export const readRunDetail = readerOf(runDetails);
