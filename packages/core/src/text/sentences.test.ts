import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { expectationFigures, makeProblem } from '../problem.js';
import { expectedTexts, objections, spokenExpectation } from './expected-texts.js';
import { figuresOf, readerOf } from './sentences.js';

const read = readerOf({
  plain: 'another channel',
  few: 'at most {{limit}}',
  headers: 'at most {{limit}} headers',
  circle: 'an end: {{jobs}} (not {{kind}})',
});

describe('sentences', () => {
  it('are read by the form that says most', () => {
    expect(read('another channel')).toEqual({ code: 'plain' });
    expect(read('at most 3')).toEqual({ code: 'few', figures: { limit: '3' } });
    expect(read('at most 3 headers')).toEqual({ code: 'headers', figures: { limit: '3' } });
    expect(read('an end: a → b (not c)')).toEqual({ code: 'circle', figures: { jobs: 'a → b', kind: 'c' } });
  });

  it('of others are none', () => {
    expect(read('another channels')).toBeNull();
    expect(read('at most ')).toBeNull();
    expect(read('an end: a (not )')).toBeNull();
    expect(read('')).toBeNull();
  });
});

describe('what checks expect', () => {
  it('is each known by its own name, with the figures that were put in', () => {
    const wrong = Object.entries(expectedTexts).filter(([code, form]) => {
      const text = figuresOf(form).reduce((said, name) => said.replace(`{{${name}}}`, `<${name}>`), form as string);
      const figures = Object.fromEntries(figuresOf(form).map((name) => [name, `<${name}>`]));
      const spoken = spokenExpectation(text);
      return spoken?.code !== code || JSON.stringify(spoken.figures ?? {}) !== JSON.stringify(figures);
    });
    expect(wrong).toEqual([]);
  });

  it('names what speaks against a value', () => {
    const spoken = spokenExpectation(`a pattern such as *.log or **/*.tmp, but ${objections.glob_signs}`);
    expect(spoken).toEqual({ code: 'pattern_but', figures: { why: 'glob_signs' } });
  });

  it('stands beside the sentence of every problem', () => {
    expect(makeProblem('fallback', 'wrong_value', 'another channel', 'mail')).toMatchObject({
      expected: 'another channel',
      expects: { code: 'another_channel' },
    });
    expect(expectationFigures.at_most_headers).toEqual(['limit']);
    const result = readDocument({
      kind: 'Job',
      name: 'clean',
      targets: { labels: {} },
      schedule: '0 25 * * *',
      run: { cleanup: { root: 'C:\\Windows', patterns: '*.log' } },
      timeout: 'soon',
    });
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ path, expects }) => [path, expects?.code])).toEqual([
      ['targets.labels', 'at_least_one_label'],
      ['schedule[0].cron', 'cron_field'],
      ['run.cleanup.root', 'folder_to_delete_in_but'],
      ['timeout', 'duration'],
    ]);
  });
});
