import { readDocument } from '@carillon/core/document/read-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { carrySource, meansSpec } from './job-source.js';

const file = `# nightly, asked for by finance
kind: Job
name: nightly # never rename
targets: { labels: { role: db } }
schedule: "0 2 * * *"
run: C:\\b.bat
retry: { attempts: 3 } # the link is slow
`;

function specOf(text: string): JobSpec {
  const read = readDocument(parse(text));
  if (read.ok && read.value.kind === 'Job') return read.value.spec;
  throw new Error(`no job: ${text}`);
}

describe('the file of a job', () => {
  const spec = specOf(file);

  it('means its definition, in whatever form, and no other', () => {
    expect(meansSpec(file, spec)).toBe(true);
    expect(meansSpec(file.replace('"0 2 * * *"', '[{ cron: 0  2 * * * }]'), spec)).toBe(true);
    expect(meansSpec(file.replace('role: db', 'role: web'), spec)).toBe(false);
    expect(meansSpec(`${file}---\n${file}`, spec)).toBe(false);
  });

  it('is carried over to a definition without one, with its comments', () => {
    expect(carrySource(file, spec, { ...spec, enabled: false, retry: null })).toBe(
      `${file.replace(/retry: .*\n/, '')}enabled: false\n`,
    );
    const adopted: JobSpec = { ...spec, overrides: [{ hosts: ['DB01'], enabled: false }] };
    const carried = carrySource(file, spec, adopted);
    expect(carried).toContain('name: nightly # never rename');
    expect(carried).toContain('overrides:');
    expect(carrySource(carried ?? '', adopted, spec)).toBe(file);
  });

  it('is given up where it would say something else', () => {
    const other = file.replace('name: nightly', 'name: other');
    expect(carrySource(other, spec, { ...spec, enabled: false })).toBeNull();
    expect(carrySource('a: [', spec, { ...spec, enabled: false })).toBeNull();
  });
});
