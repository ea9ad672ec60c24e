import { describe, expect, it } from 'vitest';
import { fillTemplate, type TemplateFacts, templateProblem } from './template.js';

const facts: TemplateFacts = {
  job: 'etl',
  runId: 'r-1',
  attempt: 2,
  scheduledForMs: Date.parse('2026-12-31T18:00:00Z'),
  startedMs: Date.parse('2026-12-31T18:03:04Z'),
  timezone: 'Asia/Shanghai',
};

describe('placeholders', () => {
  it.each([
    ['--date={{scheduledFor:yyyy-MM-dd}}', '--date=2027-01-01'],
    ['{{ scheduledFor : yyyyMMdd_HHmmss }}', '20270101_020000'],
    ['{{scheduledFor}}', '2027-01-01T02:00:00'],
    ["{{startedAt:HH'h'mm}}", '02h03'],
    ['{{job}}-{{attempt}}-{{runId}}', 'etl-2-r-1'],
    ['{{unknown}} {job} {{}}', '{{unknown}} {job} {{}}'],
    ['no placeholder', 'no placeholder'],
  ])('%s', (text, filled) => {
    expect(fillTemplate(text, facts)).toBe(filled);
  });

  it('of a planned time mean the start where there is none', () => {
    expect(fillTemplate('{{scheduledFor}}', { ...facts, scheduledForMs: null })).toBe('2027-01-01T02:03:04');
  });

  it.each([
    ['{{scheduledFor:yyyy-MM-dd}} {{job}}', null],
    ["{{startedAt:yyyy'week'}}", null],
    ['{{scheduledfor}}', '{{scheduledfor}}: expected one of job, runId'],
    ['{{job:yyyy}}', '{{job:yyyy}}: expected one of'],
    ['{{scheduledFor:YYYY}}', '{{scheduledFor:YYYY}}: expected a form of yyyy'],
    ['x {{}}', '{{}}: expected one of'],
  ])('%s are checked before', (text, problem) => {
    if (problem === null) expect(templateProblem(text)).toBeNull();
    else expect(templateProblem(text)).toContain(problem);
  });
});
