import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';

const read = (rollout: unknown) => {
  const document = {
    kind: 'Job',
    name: 'x',
    targets: { all: true },
    schedule: '0 2 * * *',
    run: { program: 'C:\\x.exe' },
  };
  return readDocument({ ...document, rollout });
};

describe('rollout of a job file', () => {
  it('writes its defaults out', () => {
    expect(read({ rings: ['5%', 25, '100%'] })).toMatchObject({
      value: {
        spec: {
          rollout: {
            rings: [{ percent: 5 }, { percent: 25 }, { percent: 100 }],
            soakMs: 1_800_000,
            haltOn: { failureRate: 10, minimum: 3 },
          },
        },
      },
    });
    const all = {
      rings: [{ labels: { ring: 'canary' } }, '100%'],
      soak: '2h',
      haltOn: { failureRate: '50%', minimum: 7 },
    };
    expect(read(all)).toMatchObject({
      value: { spec: { rollout: { rings: [{ labels: { ring: 'canary' } }, { percent: 100 }], soakMs: 7_200_000 } } },
    });
  });

  it('is absent where the file says none', () => {
    expect(read(undefined)).not.toHaveProperty('value.spec.rollout');
  });

  it.each<[string, unknown, string, string]>([
    ['no rings', {}, 'rollout.rings', 'array'],
    ['shares that do not grow', { rings: ['25%', '5%', '100%'] }, 'rollout.rings[1]', 'above 25%'],
    ['the same share twice', { rings: ['25%', '25%', '100%'] }, 'rollout.rings[1]', 'above 25%'],
    ['hosts that never get it', { rings: ['5%', '25%'] }, 'rollout.rings[1]', '100%'],
    ['a label last', { rings: ['100%', { labels: { a: 'b' } }] }, 'rollout.rings[1]', '100%'],
    ['a share of nothing', { rings: ['0%', '100%'] }, 'rollout.rings[0]', 'a share such as'],
    ['a ring of neither', { rings: [null, '100%'] }, 'rollout.rings[0]', 'a share such as 5%, or a map with labels'],
    ['no label', { rings: [{ labels: {} }, '100%'] }, 'rollout.rings[0].labels', 'at least one label'],
    [
      'another key in a ring',
      { rings: [{ label: { a: 'b' }, labels: { a: 'b' } }, 100] },
      'rollout.rings[0].label',
      'key',
    ],
    ['a soak of no time', { rings: [100], soak: '0s' }, 'rollout.soak', 'a duration'],
    ['no rate', { rings: [100], haltOn: { failureRate: 'many' } }, 'rollout.haltOn.failureRate', 'a share'],
    ['another key', { rings: [100], haltOn: { rate: '1%' } }, 'rollout.haltOn.rate', 'key'],
  ])('refuses %s', (_what, rollout, path, expected) => {
    const result = read(rollout);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.problems.map((problem) => problem.path)).toContain(path);
    expect(result.problems[0]?.expected).toContain(expected === 'array' ? 'list' : expected);
  });

  it('tells of its rings beside all else that is wrong', () => {
    const document = { kind: 'Job', name: 'x', targets: { all: true }, schedule: '0 99 * * *', run: {} };
    const result = readDocument({ ...document, rollout: { rings: ['25%', '5%'], soak: 'long', haltOn: { rate: 1 } } });
    expect(result.ok ? [] : result.problems.map(({ path }) => path).sort()).toEqual([
      'rollout.haltOn.rate',
      'rollout.rings[1]',
      'rollout.soak',
      'run',
      'schedule[0].cron',
    ]);
  });
});
