import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { firstLoad } from './build/first-load.js';
import { lightScrollArea } from './build/light-scroll-area.js';
import { mantineCss } from './build/mantine-css.js';
import { noEval } from './build/no-eval.js';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    react(),
    mantineCss(),
    noEval(),
    lightScrollArea(),
    firstLoad({ limitBytes: 250_000, also: ['/overview/overview.page.tsx', '/i18n/en/words.ts'] }),
  ],
  build: {
    rolldownOptions: {
      output: {
        // Libraries change seldom: apart from our own code they stay in browsers' caches over releases.
        codeSplitting: {
          groups: [{ name: 'libraries', test: /node_modules/, tags: ['$initial'] }],
        },
      },
    },
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7070' } },
});
