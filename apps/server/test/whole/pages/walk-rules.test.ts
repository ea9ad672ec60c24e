import { expect, it } from 'vitest';
import { addressesFrom } from './addresses.js';
import type { Asked } from './held-back.js';
import { refusedTo } from './refused-to.js';

it('goes to every route, and to its samples where it needs a name', () => {
  const routes = ['/', '/runs/$id', '/timeline'];
  const samples = { '/runs/$id': ['/runs/1', '/runs/2'], '/timeline': ['/timeline', '/timeline?by=jobs'] };
  expect(addressesFrom(routes, samples)).toEqual(['/', '/runs/1', '/runs/2', '/timeline', '/timeline?by=jobs']);
});

it('does not pass over a page that nobody named a sample for, nor keep one that is gone', () => {
  expect(() => addressesFrom(['/', '/runs/$id'], {})).toThrow('no sample of /runs/$id');
  expect(() => addressesFrom(['/'], { '/jobs/$name': ['/jobs/a'] })).toThrow('no route for /jobs/$name');
});

const ask = (method: string, path: string, body = ''): Asked => ({ method, path, body });

it.each([
  [ask('GET', '/jobs'), []],
  [ask('GET', '/runs/table'), []],
  [ask('POST', '/documents/preview'), ['POST /documents/preview: no route']],
  [ask('POST', '/jobs/backup/run'), ['POST /jobs/backup/run: run']],
  [ask('PATCH', '/hosts/a%2Fb'), ['PATCH /hosts/a%2Fb: host.label']],
])('%j: refused to a viewer: %j', (asked, refused) => {
  expect(refusedTo('viewer', [asked])).toEqual(refused);
});

it('asks of documents what each kind asks', () => {
  const apply = (kind: string) => ask('POST', '/apply', JSON.stringify({ documents: [{ kind, name: 'a' }] }));
  expect(refusedTo('operator', [apply('Job')])).toEqual(['POST /apply: job.write']);
  expect(refusedTo('editor', [apply('AlertPolicy')])).toEqual([]);
  expect(refusedTo('editor', [apply('Freeze')])).toEqual(['POST /apply: freeze.write']);
  expect(refusedTo('approver', [ask('PUT', '/alert-documents/Freeze/year-end')])).toEqual([]);
});
