import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.whole.config.js';

/** `npm run screenshots`: no tests, but the pictures of the documentation, written into docs/images. */
export default mergeConfig(
  { ...whole, test: { ...whole.test, include: [] } },
  defineConfig({ test: { include: ['apps/server/test/whole/**/*.shots.ts'], testTimeout: 120_000 } }),
);
