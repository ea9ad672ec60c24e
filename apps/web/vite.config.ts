import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    // Libraries change seldom: apart from our own code they stay in browsers' caches over releases.
    rollupOptions: {
      output: {
        manualChunks: (id: string) =>
          id.includes('node_modules') ? (id.includes('@mantine') ? 'mantine' : 'libraries') : undefined,
      },
    },
    chunkSizeWarningLimit: 900,
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7070' } },
});
