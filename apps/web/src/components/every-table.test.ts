import { expect, it } from 'vitest';

const sources: Record<string, string> = import.meta.glob('../**/*.tsx', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Parts of tables whose page offers the file, and what is no list of things. */
const without: Readonly<Record<string, string>> = {
  '../app/finder/key-help.tsx': 'keys',
  './diff-view.tsx': 'lines of two texts',
  '../features/changes/field-differences.tsx': 'fields of two tasks',
  './windowed-table.tsx': 'the page that shows it offers the file',
  '../features/jobs/version-diff.tsx': 'fields of two versions',
  '../features/requests/request-detail.tsx': 'fields of a plan',
  './sign-with-key.tsx': 'what is being signed',
  '../features/editor/preview.tsx': 'changes while somebody types; the job has the file',
  '../features/jobs/host-matrix.tsx': 'job-hosts.tsx offers the file',
  '../features/jobs/job-table.tsx': 'jobs.page.tsx offers the file',
  '../features/runs/run-list.tsx': 'runs.page.tsx offers the file',
  '../features/runs/run-table.tsx': 'the newest few; the list of runs has the file',
  '../features/runs/missed-table.tsx': 'runs.page.tsx offers the file',
  '../features/overview/now-parts.tsx': 'the list of hosts has the file',
  '../features/overview/overview.page.tsx': 'the newest few; the list of runs has the file',
};

it('every table can be had as a file for a spreadsheet, or says why not', () => {
  const tables = Object.entries(sources).filter(
    ([path, text]) => !path.includes('.test.') && /<(?:Table|PagedTable|WindowedTable|table)[\s>]/.test(text),
  );
  expect(tables.length).toBeGreaterThan(30);
  const lacking = tables.filter(([path, text]) => !/\bcsv=|<Export/.test(text) && !(path in without));
  expect(lacking.map(([path]) => path)).toEqual([]);
  // Nothing stands here that is gone, or has its file by now.
  const names = new Set(tables.map(([path]) => path));
  expect(Object.keys(without).filter((path) => !names.has(path))).toEqual([]);
});
