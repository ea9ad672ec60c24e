import { fastFolder } from '@carillon/testkit/fast-folder';
import { describe, expect, it } from 'vitest';
import { runCli } from './product.js';

const figure = expect.any(Number);
/** None where a few sockets cost a bare server no memory to measure. */
const figureOrNone = expect.toBeOneOf([figure, null]);
const quantiles = { p50Ms: figure, p95Ms: figure, p99Ms: figure };
/** Null where the system does not tell what processes use. */
const cpu = { server: expect.anything(), postgres: expect.anything(), load: expect.anything() };
const shape = { baseline: figure, ratio: figure, machine: { cores: figure } };
const measuresUse = process.platform === 'linux';

/** With few hosts and for a short time: that they work and what they print, not what they measure. */
describe('benchmarks of a fleet', () => {
  it.each([
    [
      ['connect', '--hosts', '12', '--seconds', '1'],
      { hosts: 12, joinSeconds: figure, ratio: figureOrNone, ...quantiles },
    ],
    [
      ['fanout', '--hosts', '12'],
      { hosts: 12, changes: 5, runNowSeconds: { committed: figure, visible: figure }, ...quantiles },
    ],
    [
      ['storm', '--hosts', '12', '--jobs', '2'],
      { due: 24, recorded: 24, dropped: 0, startP99Ms: figure, ...quantiles },
    ],
    [
      ['reconnect', '--hosts', '12'],
      { hosts: 12, serverSeconds: figure, allMs: figure, eventLoopDelayMs: { p99: figure } },
    ],
    [['runnow', '--rounds', '1'], { rounds: 1, ...quantiles }],
  ])('%j prints one line of figures', async ([name = '', ...args], figures) => {
    const result = await runCli(['bench', name, ...args, '--json'], { ...process.env, TMPDIR: fastFolder() });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stdout.trim().split('\n')).toHaveLength(1);
    const expected = { name, ...(name === 'connect' && !measuresUse ? {} : shape), ...figures };
    const printed = JSON.parse(result.stdout);
    expect(printed).toMatchObject(expected);
    if (measuresUse && 'cpu' in printed) expect(printed.cpu).toMatchObject(cpu);
  });

  it('say what they cannot do', async () => {
    const result = await runCli(['bench', 'connect', '--hosts', '20000'], process.env);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('Expected 2 to 10000') });
  });
});
