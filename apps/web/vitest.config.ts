import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: {
    alias: [
      {
        find: /^@carillon\/(core|contract|wintask)\/(.+)$/,
        replacement: resolve(import.meta.dirname, '../../packages/$1/src/$2.ts'),
      },
    ],
  },
  test: {
    environment: 'happy-dom',
    include: ['{src,build}/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    // Files share what they load; each page is rendered anew.
    isolate: false,
    testTimeout: 15_000,
  },
});
