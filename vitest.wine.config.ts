import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.whole.config.js';

/** Tests of the built Windows program under Wine alone, against the real server. */
export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [] } },
  defineConfig({ test: { include: ['apps/server/test/wine/**/*.wine.ts'], maxWorkers: 3 } }),
);
