import { defineConfig } from 'vitest/config';

const source = { conditions: ['carillon-source', 'module', 'node', 'import', 'default'] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/{server,agent,cli}/{src,test}/**/*.test.ts', 'tools/**/*.test.ts'],
    // Workspace packages are read from source, so a test never sees a stale build.
    server: { deps: { inline: [/@carillon\//] } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
