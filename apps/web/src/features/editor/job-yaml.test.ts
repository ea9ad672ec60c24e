import { readDocument } from '@carillon/core/document/read-document';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionFields, withActionField } from './action-yaml.js';
import { fieldText, labelsText, listText, readFile, readRun, withField, withRunKind, withTarget } from './job-yaml.js';
import { templateNames, templates } from './templates.js';

const file = `# nightly, asked for by finance
kind: Job
name: nightly # never rename
targets: { labels: { role: db } }
schedule: "0 2 * * *"
run: C:\\b.bat
`;

function documentOf(text: string) {
  const read = readFile(text);
  if (!read.ok) throw new Error(`line ${read.line}: ${read.message}`);
  return read.document;
}

describe('a job file under a form', () => {
  it('changes one field and keeps comments, order and quotes', () => {
    expect(withField(file, ['schedule'], '0 3 * * *')).toBe(file.replace('0 2', '0 3'));
    expect(withField(file, ['name'], 'weekly')).toBe(file.replace('nightly #', 'weekly #'));
  });

  it('adds a field that was not there and takes it out again', () => {
    const longer = withField(file, ['timeout'], '2h');
    expect(fieldText(documentOf(longer), ['timeout'])).toBe('2h');
    expect(withField(longer, ['timeout'], '')).toBe(file);
  });

  it('shows labels, and leaves other targets to the file', () => {
    expect(labelsText(documentOf(file))).toBe('role=db');
    const changed = withField(file, ['targets', 'labels'], { role: 'db', env: 'prod' });
    expect(labelsText(documentOf(changed))).toBe('role=db, env=prod');
    expect(labelsText(documentOf('targets: { hosts: [a] }'))).toBeNull();
    expect(labelsText(documentOf('targets: { labels: { owner: two words } }'))).toBeNull();
    expect(labelsText(documentOf('name: a'))).toBe('');
  });

  it('changes the way to run and keeps the text', () => {
    const changed = withRunKind(file, 'batch');
    expect(readRun(documentOf(changed))?.kind).toBe('batch');
    expect(fieldText(documentOf(changed), ['run', 'batch'])).toBe('C:\\b.bat');
  });

  it('shows the fields of an action, and keeps the rest of it', () => {
    const fields = actionFields(documentOf(templates.fullIncremental));
    expect(fields.map(({ path }) => fieldText(documentOf(templates.fullIncremental), path))).toEqual([
      'D:\\data',
      'E:\\backup',
      'sunday',
      null,
      '14',
      '30',
    ]);
    const [, , , , count] = fields;
    const changed = withActionField(templates.fullIncremental, count ?? expect.fail(), '7');
    expect(changed).toContain('keep: { count: 7, days: 30 } # never the last good full one');
    expect(actionFields(documentOf(file))).toEqual([]);
    const plain = file.replace('run: C:\\b.bat', 'run:\n  backup:\n    from: D:\\data\n    to: E:\\b');
    const daily = withActionField(plain, count ?? expect.fail(), '7');
    expect(daily).toBe(`${plain}    keep:\n      count: 7\n`);
    expect(withActionField(daily, count ?? expect.fail(), '')).toBe(plain);
    const emptied = withActionField(
      templates.cleanup,
      actionFields(documentOf(templates.cleanup))[2] ?? expect.fail(),
      '',
    );
    expect(emptied).not.toContain('olderThan');
    expect(readDocument(documentOf(emptied).toJS())).toMatchObject({ ok: true });
  });

  it('leaves to the file what a field cannot show', () => {
    expect(fieldText(documentOf('schedule: [{ every: 2h }]'), ['schedule'])).toBeNull();
    expect(readRun(documentOf('run: { http: {} }'))).toBeNull();
    const action = file.replace('run: C:\\b.bat', 'run:\n  cleanup:\n    root: D:\\logs # mine\n    patterns: "*.log"');
    expect(readRun(documentOf(action))).toBeNull();
    expect(withField(action, ['timeout'], '2h')).toBe(`${action}timeout: 2h\n`);
  });

  it('says the line where it is no YAML, and survives an empty file and many aliases', () => {
    expect(readFile('a: 1\nb: [')).toMatchObject({ ok: false });
    expect(readFile('a: 1\na: 2')).toMatchObject({ ok: false, line: 2 });
    expect(fieldText(documentOf(withField('', ['name'], 'x')), ['name'])).toBe('x');
    const bomb = `a: &a [1,1,1,1]\n${[...'bcdefg'].map((key, at) => `${key}: &${key} [${`*${'abcdefg'[at]},`.repeat(9)}]`).join('\n')}`;
    expect(readFile(bomb).ok).toBe(false);
  });

  it('takes targets by group and by name, and none are left of nothing', () => {
    const both = withTarget(withTarget(file, 'group', 'prod'), 'hosts', ['A', 'B']);
    expect(documentOf(both).toJS()).toMatchObject({
      targets: { labels: { role: 'db' }, group: 'prod', hosts: ['A', 'B'] },
    });
    expect(listText(documentOf(both), ['targets', 'hosts'])).toBe('A, B');
    const without = ['labels', 'group', 'hosts'].reduce((text, key) => withTarget(text, key, undefined), both);
    expect(without).toBe(file.replace(/targets: .*\n/, ''));
  });

  it('becomes the edited job, whatever is written into whichever field, and loses no comment and no unknown field', () => {
    const fields = [
      ['name'],
      ['description'],
      ['owner'],
      ['timeout'],
      ['run'],
      ['schedule'],
      ['targets', 'group'],
    ] as const;
    const text = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('true', '1', 'null', '~', '- a', 'a: b', ' #x', '\n'),
    );
    const edit = fc.record({ path: fc.constantFrom(...fields), value: text });
    const rich = `${file}x-ours: { kept: [1, two] } # of another tool\n`;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const wanted = documentOf(rich).toJS() as Record<string, Record<string, unknown> | string>;
        let written = rich;
        for (const { path, value } of edits) {
          const [key, inner] = path;
          if (inner === undefined) wanted[key] = value;
          else wanted[key] = { ...(wanted[key] as object), [inner]: value };
          written = withField(written, path, value);
        }
        const read = readFile(written);
        expect(read.ok && read.raw).toEqual(wanted);
        for (const comment of ['# nightly, asked for by finance', '# never rename', '# of another tool'])
          expect(written).toContain(comment);
      }),
      { numRuns: 60 },
    );
  });

  it.each(templateNames)('begins with the template %s: commented, valid, and each field can be shown', (name) => {
    const document = documentOf(templates[name]);
    expect(templates[name]).toMatch(/^# /);
    expect(readDocument(document.toJS())).toMatchObject({ ok: true, value: { kind: 'Job' } });
    expect(readRun(document) ?? actionFields(document)[0]).toBeDefined();
    expect(labelsText(document)).not.toBeNull();
    expect(withField(templates[name], ['owner'], 'ops')).toContain('owner: ops\n');
  });
});
