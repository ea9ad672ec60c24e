import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTaskXml } from './read-task-xml.js';
import { writeTaskXml } from './write-task-xml.js';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const sample = fixture('every-element.xml');
const schemaNames = new Set(
  [...fixture('task-observed.xsd').matchAll(/element name="(\w+)"/g)].map(([, name]) => name),
);

/** Names of the elements with their text, in a fixed order: what may change in writing is the order alone. */
function leaves(xml: string): string[] {
  const tags = [...xml.matchAll(/<([A-Z]\w*)((?: \w+="[^"]*")*)(?: \/>|>([^<]*))/g)];
  return tags.map(([, name, attributes, text]) => `${name}${attributes} ${(text ?? '').trim()}`).sort();
}

describe('every element of the schema', () => {
  it('is in the sample', () => {
    const inSample = new Set([...sample.matchAll(/<([A-Z]\w*)/g)].map(([, name]) => name));
    expect([...schemaNames].filter((name) => !inSample.has(name))).toEqual([]);
  });

  it('is understood, and written with the value it had', () => {
    const read = readTaskXml(sample, { unknownElements: 'refuse' });
    if (!read.ok) throw new Error(`${read.problem.line}: ${read.problem.message}`);
    const written = writeTaskXml(read.task);
    expect(leaves(written)).toEqual(leaves(sample));
    expect(readTaskXml(written, { unknownElements: 'refuse' })).toEqual(read);
  });
});
