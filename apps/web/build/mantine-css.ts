import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const styles = join(dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css')), 'styles');
/** What every component stands on, in the order that Mantine's documentation gives. */
const foundation = ['baseline', 'default-css-variables', 'global'];
const wholeSheet = '@mantine/core/styles.css';
const foundationId = '\0mantine-foundation';
const component = /@mantine[\\/]core[\\/]esm[\\/](?:components|utils)[\\/].*[\\/](\w+)\.mjs$/;

/**
 * Mantine's one style sheet, taken apart: each component's styles go with its code, and what no page uses is left out.
 * A part's sheet is imported after the parts it is built of, so that its rules win over theirs as they do in the whole.
 */
export function mantineCss(): Plugin {
  return {
    name: 'mantine-css',
    apply: 'build',
    enforce: 'pre',
    resolveId: (id) => (id === wholeSheet ? foundationId : undefined),
    load: (id) => (id === foundationId ? foundation.map(sheetImport).join('') : undefined),
    transform(code, id) {
      const name = component.exec(id)?.[1];
      if (name === undefined || !existsSync(join(styles, `${name}.css`))) return undefined;
      return { code: `${code}\n${sheetImport(name)}`, map: null, moduleSideEffects: true };
    },
  };
}

const sheetImport = (name: string) => `import ${JSON.stringify(join(styles, `${name}.css`))};\n`;
