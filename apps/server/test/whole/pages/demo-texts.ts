import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { englishIn } from '../english-of.js';

const demo = resolve(import.meta.dirname, '../../../../cli/src/demo');
const sources = readdirSync(demo)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(demo, name), 'utf8'))
  .join('\n');

/** Stands above each job's file, with the name of who is asked. */
const aboveFiles = /^Ask \S+ before you change this$/;
/** As browsers call themselves, in the list of who is signed in. */
const browser = /^Mozilla\/5/;

/** What people and programs of the demo wrote, names, notes and output, is data: it stands in the demo's own files. */
export const writtenInDemo = {
  test: (text: string): boolean =>
    browser.test(text) || englishIn(text).every((phrase) => sources.includes(phrase) || aboveFiles.test(phrase)),
};
