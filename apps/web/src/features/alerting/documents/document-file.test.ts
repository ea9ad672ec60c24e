import { describe, expect, it } from 'vitest';
import { readText, valueAt, withValue, writeText } from './document-file.js';

const text = `kind: AlertPolicy
name: pager # for the night
when:
  consecutiveFailures: 3 # in a row
`;

describe('the file of a document', () => {
  it('keeps its comments when a field changes, and loses what is taken out', () => {
    const more = withValue(withValue(text, ['when', 'consecutiveFailures'], 5), ['when', 'missed', 'grace'], '10m');
    expect(more).toContain('consecutiveFailures: 5 # in a row');
    expect(readText(more)).toMatchObject({ raw: { when: { consecutiveFailures: 5, missed: { grace: '10m' } } } });
    const less = withValue(more, ['when', 'missed', 'grace'], undefined);
    expect(readText(less)).toMatchObject({ raw: { when: { consecutiveFailures: 5 } } });
    expect(less).not.toContain('missed');
    expect(less).toContain('# for the night');
  });

  it('keeps the comments of a list whose items go, come and are typed anew', () => {
    const before = 'match:\n  - env=prod # never test\n  - role=db # ours\n';
    const match = (values: string[]) => withValue(before, ['match'], values);
    expect(match(['role=db'])).toBe('match:\n  - role=db # ours\n');
    expect(match(['env=prod', 'role=web', 'site=a'])).toBe(
      'match:\n  - env=prod # never test\n  - role=web # ours\n  - site=a\n',
    );
  });

  it('takes a list, and a map where another value stood', () => {
    const list = withValue(text, ['appliesTo', 'jobs'], ['etl', 'a: b']);
    const read = readText(list);
    expect(read.ok && valueAt(read.raw, ['appliesTo', 'jobs'])).toEqual(['etl', 'a: b']);
    expect(readText(withValue('when: true\n', ['when', 'drift'], true))).toMatchObject({
      raw: { when: { drift: true } },
    });
  });

  it('says on which line a field stands, or what is around it', () => {
    const read = readText(`${text}match:\n  - a=b\n  - "a.b=c"\n`);
    if (!read.ok) throw new Error(read.message);
    expect(['when.consecutiveFailures', 'match[1]', 'when.nothing', 'severity'].map(read.lineOf)).toEqual([4, 7, 3, 1]);
  });

  it('that is no YAML, or no map, is said with its line', () => {
    expect(readText('a: b\nc: [')).toMatchObject({ ok: false, line: 2 });
    expect(readText('- a')).toMatchObject({ ok: false, line: 1 });
  });

  it('begins with its kind and name', () => {
    expect(writeText({ until: '2026-12-01T06:00', name: 'x', kind: 'Silence' })).toBe(
      'kind: Silence\nname: x\nuntil: 2026-12-01T06:00\n',
    );
  });
});
