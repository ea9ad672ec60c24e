import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { firstLoad } from './build/first-load.js';
import { lightMantine } from './build/light-mantine.js';
import { mantineCss } from './build/mantine-css.js';
import { noEval } from './build/no-eval.js';
import { plainContract } from './build/plain-contract.js';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    react(),
    mantineCss(),
    noEval(),
    plainContract(),
    lightMantine(),
    firstLoad({ limitBytes: 250_000, also: ['/overview/overview.page.tsx', '/i18n/en/words.ts'] }),
  ],
  build: {
    rolldownOptions: {
      output: {
        // Libraries change seldom: apart from our own code they stay in browsers' caches over releases.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules/, tags: ['$initial'] },
            // Of the rest one file, not a request for each small part of it.
            { name: 'first', test: /[\\/](?:web[\\/]src|packages)[\\/]/, tags: ['$initial'] },
          ],
        },
      },
    },
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7070' } },
});
