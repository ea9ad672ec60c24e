import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** Tests of the built product as people run it: real processes, a real browser. They wait most of the time: two at a time, after the build. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], globalSetup: [] } },
  defineConfig({
    test: {
      include: ['apps/server/test/whole/**/*.whole.ts'],
      globalSetup: [],
      maxWorkers: 2,
      isolate: true,
      testTimeout: 400_000,
      hookTimeout: 240_000,
    },
  }),
);
