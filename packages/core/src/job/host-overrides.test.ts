import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { onHost, overridesLost } from './host-overrides.js';
import { type JobSpec, makeManifest } from './job-spec.js';

const file = (change: object = {}) => ({
  kind: 'Job',
  name: 'copy',
  targets: { all: true },
  schedule: '0 2 * * *',
  run: { program: 'C:\\copy.exe', arguments: ['a'], workingDirectory: 'C:\\' },
  ...change,
});

function specOf(change: object = {}): JobSpec {
  const read = readDocument(file(change));
  if (!read.ok || read.value.kind !== 'Job') throw new Error(JSON.stringify(read));
  return read.value.spec;
}

describe('a job that is different on some hosts', () => {
  const overrides = [
    { hosts: ['WIN-01', 'WIN-02'], arguments: 'b "c d"', runAs: 'local-service' },
    { hosts: ['win-03'], schedule: '0 3 * * *', workingDirectory: null, enabled: false, onMissed: 'run-once' },
  ];

  it('is on each as its override says, and elsewhere as everywhere', () => {
    const manifest = makeManifest('j', 1, specOf({ overrides }));
    expect(manifest.needs).toContain('overrides');
    expect(onHost(manifest, 'win-02')).toMatchObject({
      runAs: 'local-service',
      run: { arguments: ['b', 'c d'], workingDirectory: 'C:\\' },
    });
    expect(onHost(manifest, 'WIN-03')).toMatchObject({
      runAs: 'system',
      schedule: [{ expression: '0 3 * * *' }],
      run: { arguments: ['a'], workingDirectory: null },
      enabled: false,
      onMissed: 'run-once',
    });
    for (const name of ['win-04', undefined])
      expect(onHost(manifest, name)).toMatchObject({
        runAs: 'system',
        run: { arguments: ['a'] },
        enabled: true,
        onMissed: 'skip',
      });
    expect(onHost(manifest, 'win-04')).not.toHaveProperty('overrides');
  });

  it('tells which hosts are as all others again', () => {
    const after = { overrides: [{ hosts: ['win-01'], schedule: [] }] };
    expect(overridesLost(specOf({ overrides }), after, ['win-01', 'win-02', 'win-03', 'win-04'])).toEqual([
      'win-02',
      'win-03',
    ]);
    expect(overridesLost({}, after, ['win-01'])).toEqual([]);
  });

  it('without overrides has the definition it always had', () => {
    const plain = makeManifest('j', 1, specOf());
    expect(makeManifest('j', 1, specOf({ overrides: [] }))).toEqual(plain);
    expect(plain).not.toHaveProperty('overrides');
  });

  it('asks of agents what any of its hosts needs', () => {
    const named = [{ hosts: ['a'], runAs: { gmsa: 'CORP\\etl$' } }];
    expect(makeManifest('j', 1, specOf({ overrides: named })).needs).toEqual(['accounts', 'overrides']);
    const off = [{ hosts: ['a'], enabled: false }];
    expect(makeManifest('j', 1, specOf({ overrides: off })).needs).toEqual(['overrides', 'override-settings']);
  });

  it.each([
    [{ overrides: [...overrides, { hosts: ['Win-01'] }] }, 'overrides[2].hosts'],
    [{ run: { batch: 'dir' }, overrides: [{ hosts: ['a'], arguments: ['x'] }] }, 'overrides[0].arguments'],
    [{ overrides: [{ hosts: [] }] }, 'overrides[0].hosts'],
    [{ overrides: [{ hosts: ['a'], timeout: '1h' }] }, 'overrides[0].timeout'],
  ])('%j is refused', (change, path) => {
    const read = readDocument(file(change));
    expect(read.ok ? [] : read.problems.map((problem) => problem.path)).toEqual([path]);
  });
});
