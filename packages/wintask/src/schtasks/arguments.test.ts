import { describe, expect, it } from 'vitest';
import {
  changeEnabledArguments,
  checkTaskPath,
  createArguments,
  deleteArguments,
  endArguments,
  queryAllCsvArguments,
  queryXmlArguments,
  runArguments,
} from './arguments.js';

describe('task paths', () => {
  it.each([
    ['\\Carillon\\nightly etl', '\\Carillon\\nightly etl'],
    ['backup', '\\backup'],
    ['\\铃\\任务', '\\铃\\任务'],
  ])('accepts %s', (path, full) => expect(checkTaskPath(path)).toEqual({ ok: true, path: full }));

  it.each([
    '',
    '\\',
    '\\a\\',
    '\\a\\\\b',
    '\\*',
    '\\a/b',
    '\\a:b',
    '\\a|b',
    '\\"a"',
    '\\ a',
    '\\a ',
    '\\a.',
    '\\..\\a',
    '\\a\nb',
    `\\${'x'.repeat(238)}`,
  ])('refuses %j', (path) => expect(checkTaskPath(path).ok).toBe(false));
});

describe('arguments', () => {
  it('are fixed lists', () => {
    expect(createArguments('\\C\\a', 'D:\\x y.xml')).toEqual(['/create', '/tn', '\\C\\a', '/xml', 'D:\\x y.xml', '/f']);
    expect(queryXmlArguments('a')).toEqual(['/query', '/tn', '\\a', '/xml']);
    expect(queryAllCsvArguments()).toEqual(['/query', '/fo', 'CSV', '/v']);
    expect(runArguments('a')).toEqual(['/run', '/tn', '\\a']);
    expect(endArguments('a')).toEqual(['/end', '/tn', '\\a']);
    expect(deleteArguments('a')).toEqual(['/delete', '/tn', '\\a', '/f']);
    expect(changeEnabledArguments('a', false)).toEqual(['/change', '/tn', '\\a', '/disable']);
  });

  it('never name all tasks', () => expect(() => deleteArguments('*')).toThrow(RangeError));
});
