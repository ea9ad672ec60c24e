import { describe, expect, it } from 'vitest';
import { fieldText, labelsText, readFile, readLabels, readRun, withField, withRunKind } from './job-yaml.js';
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
    const changed = withField(file, ['targets', 'labels'], readLabels('role=db, env=prod, half'));
    expect(labelsText(documentOf(changed))).toBe('role=db, env=prod');
    expect(labelsText(documentOf('targets: { hosts: [a] }'))).toBeNull();
    expect(labelsText(documentOf('name: a'))).toBe('');
  });

  it('changes the way to run and keeps the text', () => {
    const changed = withRunKind(file, 'batch');
    expect(readRun(documentOf(changed))?.kind).toBe('batch');
    expect(fieldText(documentOf(changed), ['run', 'batch'])).toBe('C:\\b.bat');
  });

  it('leaves to the file what a field cannot show', () => {
    expect(fieldText(documentOf('schedule: [{ every: 2h }]'), ['schedule'])).toBeNull();
    expect(readRun(documentOf('run: { http: {} }'))).toBeNull();
  });

  it('says the line where it is no YAML, and survives an empty file and many aliases', () => {
    expect(readFile('a: 1\nb: [')).toMatchObject({ ok: false });
    expect(readFile('a: 1\na: 2')).toMatchObject({ ok: false, line: 2 });
    expect(fieldText(documentOf(withField('', ['name'], 'x')), ['name'])).toBe('x');
    const bomb = `a: &a [1,1,1,1]\n${[...'bcdefg'].map((key, at) => `${key}: &${key} [${`*${'abcdefg'[at]},`.repeat(9)}]`).join('\n')}`;
    expect(readFile(bomb).ok).toBe(false);
  });

  it.each(templateNames)('begins with the template %s, each field of which the form can show', (name) => {
    const document = documentOf(templates[name]);
    expect(readRun(document)).not.toBeNull();
    expect(labelsText(document)).not.toBeNull();
    expect(withField(templates[name], ['owner'], 'ops')).toBe(`${templates[name]}owner: ops\n`);
  });
});
