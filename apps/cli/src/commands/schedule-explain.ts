import { compileSchedule } from '@carillon/wintask/schedule/compile';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError, usageError } from '../lib/errors.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';
import { readExpression } from '../schedule/read-expression.js';
import { triggerWords } from '../schedule/trigger-words.js';

interface ExplainOptions {
  readonly timezone?: string | undefined;
  readonly hostTimezone?: string | undefined;
  readonly from?: string | undefined;
  readonly count: number;
}

/** Nine years: 29 February has at most eight between two. */
const horizonMs = 9 * 366 * 86_400_000;
const marks = {
  'after-gap': 'clocks go forward: moved to the first time that exists',
  'repeated-hour': 'second pass of a doubled hour',
} as const;

/** `carillon schedule explain EXPR`. */
export function addScheduleExplain(parent: Command, cli: Cli): void {
  const command = parent
    .command('explain')
    .description('show the triggers that an expression becomes and when it fires')
    .argument('<expression>', "a crontab such as '0 2 * * 1-5', 'every 2h', or 'at 2026-12-31T23:00'")
    .option('--timezone <zone>', 'time zone of the expression (default: the host’s)')
    .option('--host-timezone <zone>', 'time zone of the host (default: the one here)')
    .option('--from <time>', 'show fires after this time, ISO 8601 (default: now)')
    .option('--count <n>', 'how many fires', positiveInteger, 10);
  handle(command, cli, async (session: Session, options: ExplainOptions, text: string) =>
    explain(session, text, options),
  );
}

async function explain(session: Session, text: string, options: ExplainOptions): Promise<undefined> {
  const hostTimezone =
    zone('--host-timezone', options.hostTimezone) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const timezone = zone('--timezone', options.timezone);
  const schedule = [readExpression(text, timezone)];
  const compiled = compileSchedule(schedule, { hostTimezone });
  if (!compiled.ok)
    throw new CliError(`${text}: ${compiled.problem.message}`, { params: { reason: compiled.problem.code } });
  const fromMs = instant(options.from) ?? session.io.now();
  const fires = [];
  for (const { atMs, local, zone: at, mark } of scheduleOccurrences(schedule, {
    fromMs,
    untilMs: fromMs + horizonMs,
    hostTimezone,
  })) {
    fires.push({ at: new Date(atMs).toISOString(), local, timezone: at, mark: mark ?? null });
    if (fires.length >= options.count) break;
  }
  const { triggers, exactness, reasons } = compiled;
  if (session.json) {
    return session.printJson({
      expression: text,
      timezone: timezone ?? hostTimezone,
      hostTimezone,
      exactness,
      reasons,
      triggers,
      fires,
    });
  }
  session.print(
    `${exactness}${exactness === 'exact' ? ': the triggers fire exactly when the schedule says' : ': the agent decides at each start whether it counts'}`,
  );
  for (const reason of reasons) session.print(`  ${reason}`);
  session.print(`\ntriggers in the host’s time (${hostTimezone}):`);
  for (const trigger of triggers) session.print(`  ${triggerWords(trigger)}`);
  session.print('');
  if (fires.length === 0) return session.print('no fires by time') as undefined;
  const rows = fires.map((fire) => [
    `${fire.local.replace('T', ' ')} ${fire.timezone}`,
    fire.at,
    fire.mark ? marks[fire.mark] : '',
  ]);
  session.table(['LOCAL', 'UTC', ''], rows);
  return undefined;
}

function zone(option: string, name: string | undefined): string | undefined {
  if (name === undefined || isTimeZone(name)) return name;
  throw usageError(`${option}: expected an IANA time zone such as Asia/Shanghai, got ${JSON.stringify(name)}`);
}

function instant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw usageError(`--from: expected a time such as 2026-03-28T12:00:00Z, got ${JSON.stringify(text)}`);
  return ms;
}
