import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const repository = import.meta.dirname;

// Each of the thousands of programs that tests start would read these certificates first, which takes three times as
// long as its start. Nothing here speaks to the world outside.
delete process.env.NODE_EXTRA_CA_CERTS;

export default defineConfig({
  resolve: {
    // Workspace packages are read from source, so a test never sees a stale build.
    alias: [
      { find: /^@carillon\/client$/, replacement: resolve(repository, 'packages/client/src/index.ts') },
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
    // The simulation has a configuration of its own.
    exclude: ['**/node_modules/**', '**/dist/**', 'apps/server/test/simulation/simulation.test.ts'],
    globalSetup: ['apps/server/test/global-setup.ts'],
    // Files share what they load, one after another in the same process: loading the server anew for each took half the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
