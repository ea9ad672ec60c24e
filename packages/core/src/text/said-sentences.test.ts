import { parseCron } from '@carillon/wintask/cron/cron';
import { compileSchedule } from '@carillon/wintask/schedule/compile';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { describe, expect, it } from 'vitest';
import { patternProblem } from '../alert/conditions/pattern.js';
import { templateProblem } from '../run/template.js';
import { readDryRunLine } from './dry-run-texts.js';
import { readSentence, readTaskXmlSentence, sentenceTables, taskXmlTables } from './said-sentences.js';
import { figuresOf } from './sentences.js';

const formsOf = (tables: object) =>
  Object.entries(tables).flatMap(([table, forms]) =>
    Object.entries(forms as Record<string, string>).map(([code, form]) => ({ table, code, form })),
  );

describe('sentences that are carried as a text', () => {
  it('are read back under their own name, whatever stands in their places', () => {
    const taken = new Map<string, string>();
    const wrong = [...formsOf(sentenceTables), ...formsOf(taskXmlTables)].filter(({ table, code, form }) => {
      // The same sentence may be said in two places.
      const first = taken.get(form) ?? `${table} ${code}`;
      taken.set(form, first);
      const text = figuresOf(form).reduce((said, name, at) => said.replace(`{{${name}}}`, `<${name}${at}>`), form);
      const found = (table in taskXmlTables ? readTaskXmlSentence : readSentence)(text);
      return `${found?.table} ${found?.code}` !== first;
    });
    expect(wrong).toEqual([]);
  });

  it('name each place once', () => {
    const twice = formsOf(sentenceTables).filter(({ form }) => new Set(figuresOf(form)).size < figuresOf(form).length);
    expect(twice).toEqual([]);
  });

  it.each([
    ['0 25 * * *', 'cron_in_hour', '"25" is not a value from 0 to 23'],
    ['0 0 * * 5-1', 'cron_in_weekday', 'the range goes backwards; write two ranges in a list'],
    ['*/90 * * * *', 'cron_in_minute', 'a step of 90 is longer than the field; use "every" for longer intervals'],
    ['0 0 32W * *', 'cron_in_day', 'the day before W is 1-31'],
    ['0 0 1 13 *', 'cron_in_month', '"13" is not a value from 1 to 12'],
    ['0 0 0 1 1 *', 'cron_seconds', undefined],
    ['0 0 0 1 1 * 2026', 'cron_seconds_year', undefined],
    ['@noon', 'cron_macro', undefined],
  ])('of the crontab %s', (text, code, why) => {
    const read = parseCron(text);
    const found = readSentence(read.ok ? '' : read.problem.message);
    expect(found).toMatchObject({ table: 'schedules', code, figures: why === undefined ? {} : { why } });
    if (why !== undefined) expect(readSentence(why)?.table).toBe('cronPieces');
  });

  it('of a schedule that Task Scheduler cannot hold, and of one that a gate narrows', () => {
    const refused = compileSchedule([{ kind: 'cron', expression: '0 0 30 2 *' }], { hostTimezone: 'UTC' });
    expect(readSentence(refused.ok ? '' : refused.problem.message)?.code).toBe('cron_never');
    const gated = compileSchedule([{ kind: 'after', delayMs: 600_000 }], { hostTimezone: 'UTC' });
    expect(gated.ok && gated.reasons.map((reason) => readSentence(reason)?.code)).toEqual(['gate_after']);
  });

  it('of placeholders', () => {
    expect(readSentence(templateProblem('{{nowhere}}') ?? '')).toMatchObject({
      code: 'placeholder_name',
      figures: { whole: '{{nowhere}}', names: 'job, runId, attempt, scheduledFor, startedAt' },
    });
    expect(readSentence(templateProblem('{{startedAt:yyyy-QQ}}') ?? '')?.code).toBe('placeholder_form');
  });

  it.each(['(', '[a', 'a**', '*', 'a{9,1}', '\\', '(?=a)', 'a)', '[b-a]', '\\8', '(?P<n', '(?P<n>a)(?P<n>b)'])(
    'of the pattern %s, in the words of RE2',
    (pattern) => {
      expect(readSentence(patternProblem(pattern) ?? '')?.table).toBe('patterns');
    },
  );

  it('of XML that is no task', () => {
    const read = readTaskXml('<Task><Actions><Exec/></Actions></Task>');
    expect(readTaskXmlSentence(read.ok ? '' : read.problem.message)).toMatchObject({ code: 'task_needs' });
    expect(readSentence(read.ok ? '' : read.problem.message)).toBeNull();
  });

  it('are not guessed: words of Windows and of people are nobody’s', () => {
    expect(readSentence('ERROR: Access is denied.')).toBeNull();
    expect(readSentence('错误: 拒绝访问。')).toBeNull();
    expect(readDryRunLine('hello')).toBeNull();
  });
});
