import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from './vitest.config.js';

/** They take longest, so they begin first: a long one that begins last keeps one processor waiting for it. */
const first = [
  'installer.wine',
  'first-hour.whole',
  'upgrade.wine',
  'gap.whole',
  'why.whole',
  'chaos.whole',
  'agent.wine',
  'replicas.whole',
  'bench.whole',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = first.findIndex((name) => moduleId.includes(`/${name}.`));
      return place < 0 ? first.length : place;
    };
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

/**
 * Tests of the built product as people run it: real processes, a real browser, and the built Windows program under Wine.
 * Half of their time they wait for the next minute, so there are more of them at a time than processors.
 */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], globalSetup: [] } },
  defineConfig({
    test: {
      include: ['apps/server/test/whole/**/*.whole.ts', 'apps/server/test/wine/**/*.wine.ts'],
      globalSetup: [],
      maxWorkers: 4,
      isolate: true,
      sequence: { sequencer: LongestFirst },
      testTimeout: 400_000,
      hookTimeout: 240_000,
    },
  }),
);
