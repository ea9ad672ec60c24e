import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const repository = import.meta.dirname;

export default defineConfig({
  resolve: {
    // Workspace packages are read from source, so a test never sees a stale build.
    alias: [
      {
        find: /^@carillon\/(wintask|emulator|core|contract|stack|testkit)\/(.+)$/,
        replacement: resolve(repository, 'packages/$1/src/$2.ts'),
      },
      { find: /^@carillon\/(agent|server)\/(.+)$/, replacement: resolve(repository, 'apps/$1/src/$2.ts') },
    ],
  },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/server/**/*.test.ts',
      'apps/agent/**/*.test.ts',
      'apps/cli/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['apps/server/test/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
