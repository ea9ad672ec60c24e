import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The protocol in simulated time: it puts others in the place of the modules below it, so it loads everything anew. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [], globalSetup: [] } },
  defineConfig({ test: { include: ['apps/server/test/simulation/simulation.test.ts'], isolate: true } }),
);
