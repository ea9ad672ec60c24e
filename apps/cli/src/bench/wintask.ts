import { compileSchedule } from '@carillon/wintask/schedule/compile';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import { measure, type Rate } from './measure.js';

/** One row of the table: what was done, ours, and a baseline of the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: Rate;
  readonly baseline: { readonly name: string; readonly rate: Rate } | null;
  /** Ours over the baseline; above 1 is faster. */
  readonly ratio: number | null;
}

const zone = 'America/New_York';
const fromMs = Date.UTC(2027, 0, 1);
const firesAtOnce = 1_000;
/** Of the kinds that people write most, and the ones that cost most. */
const expressions = [
  '0 2 * * *',
  '*/5 * * * *',
  '30 6 * * 1-5',
  '0 0 1 * *',
  '15 3 1-7 * *',
  '0 9-17/2 * * MON-FRI',
  '*/7 1,13 * * *',
  '0 12 L * *',
  '0 8 * * 1#1',
  '@hourly',
];

/** Every figure of `bench wintask`; takes about twenty seconds. `onRow` is told each as it is measured. */
export function benchWintask(onRow: (row: Row) => void): Row[] {
  const rows: Row[] = [];
  const add = (name: string, unit: string, ours: Rate, baseline: Row['baseline']) => {
    const row = { name, unit, ours, baseline, ratio: baseline ? ours.perSecond / baseline.rate.perSecond : null };
    rows.push(row);
    onRow(row);
  };

  const compile = measure(() => {
    for (const expression of expressions) compileSchedule([{ kind: 'cron', expression }], { hostTimezone: zone });
    return expressions.length;
  });
  const parse = measure(() => {
    for (const expression of expressions) new Cron(expression, { paused: true, timezone: zone });
    return expressions.length;
  });
  const onlyParsed = { name: 'croner only parses it', rate: parse };
  add('compile a schedule to triggers', 'schedules', compile, onlyParsed);
  add('compile for a host in another zone', 'schedules', measure(compileForeign), onlyParsed);

  const definition = sampleTask();
  const bytes = encodeTaskXml(writeTaskXml(definition));
  const json = JSON.stringify(definition);
  const parseJson = measure(() => repeat(20, () => JSON.parse(json)));
  add(
    'read a task XML',
    'files',
    measure(() => repeat(20, () => readTaskXml(bytes))),
    { name: 'JSON.parse of the same definition', rate: parseJson },
  );
  const writeJson = measure(() => repeat(20, () => JSON.stringify(definition)));
  add(
    'write a task XML',
    'files',
    measure(() => repeat(20, () => encodeTaskXml(writeTaskXml(definition)))),
    { name: 'JSON.stringify of the same definition', rate: writeJson },
  );

  for (const expression of ['0 2 * * *', '*/5 * * * *', '0 12 L * *', '0 0 29 2 *']) {
    const name = `next fires of ${expression}`;
    const ours = measure(() => firesOf(expression));
    add(name, 'fires', ours, { name: 'croner', rate: measure(() => cronerFires(expression)) });
    add(name, 'fires', ours, { name: 'cron-parser', rate: measure(() => cronParserFires(expression)) });
  }
  return rows;
}

/** Both zones' clock changes have to be tried, which is what it costs. */
function compileForeign(): number {
  for (const expression of expressions)
    compileSchedule([{ kind: 'cron', expression, timezone: 'Europe/Berlin' }], { hostTimezone: zone });
  return expressions.length;
}

function repeat(times: number, work: () => unknown): number {
  for (let count = 0; count < times; count += 1) work();
  return times;
}

function firesOf(expression: string): number {
  let count = 0;
  for (const _fire of scheduleOccurrences([{ kind: 'cron', expression }], { fromMs, hostTimezone: zone })) {
    count += 1;
    if (count >= firesAtOnce) break;
  }
  return count;
}

/** Fewer at a time: they are slower, and a round must not grow long. */
const theirFires = 100;

function cronerFires(expression: string): number {
  return new Cron(expression, { timezone: zone, paused: true }).nextRuns(theirFires, new Date(fromMs)).length;
}

function cronParserFires(expression: string): number {
  const cron = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(fromMs) });
  return cron.take(theirFires).length;
}

/** A task of the usual size: three triggers, one action, all settings written out. */
function sampleTask() {
  const compiled = compileSchedule(
    [{ kind: 'cron', expression: '0 2 * * 1-5' }, { kind: 'cron', expression: '*/15 8-18 * * *' }, { kind: 'startup' }],
    { hostTimezone: zone },
  );
  if (!compiled.ok) throw new Error(compiled.problem.message);
  return {
    version: '1.2',
    registrationInfo: { author: 'Carillon', description: 'A task of the usual size', uri: '\\Carillon\\sample' },
    triggers: compiled.triggers,
    principals: [{ id: 'Author', userId: 'S-1-5-18', runLevel: 'HighestAvailable' as const }],
    settings: {
      multipleInstancesPolicy: 'IgnoreNew' as const,
      startWhenAvailable: true,
      enabled: true,
      executionTimeLimit: 'PT2H',
      priority: 5,
    },
    actionsContext: 'Author',
    actions: [
      { kind: 'exec' as const, command: 'C:\\Program Files\\Carillon\\carillon-agent.exe', arguments: 'run 0191' },
    ],
  };
}
