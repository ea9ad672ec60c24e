import type { Plugin } from 'vite';

const scrollArea = /@mantine[\\/]core[\\/]esm[\\/]components[\\/]ScrollArea[\\/]ScrollArea\.mjs$/;
const mergeRefsId = '\0light-merge-refs';

/**
 * Mantine's scroll area takes one small hook from the library that places drop-downs, and the first page, which has
 * tables but no drop-downs, would load all of it (10 kB of gzip). Mantine's own hook of the same meaning stands in.
 */
export function lightScrollArea(): Plugin {
  return {
    name: 'light-scroll-area',
    apply: 'build',
    enforce: 'pre',
    resolveId: (id, importer) =>
      id === mergeRefsId || (id === '@floating-ui/react' && importer !== undefined && scrollArea.test(importer))
        ? mergeRefsId
        : undefined,
    load: (id) =>
      id === mergeRefsId
        ? `import { useMergedRef } from '@mantine/hooks';\nexport const useMergeRefs = (refs) => useMergedRef(...refs);\n`
        : undefined,
  };
}
