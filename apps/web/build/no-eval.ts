import type { Plugin } from 'vite';

const module = /[\\/]node_modules[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/;
const made = '__zod_globalConfig = {}';

/**
 * Schemas are compiled by `new Function` where that is allowed, which is tried out; the policy of our pages forbids it, and
 * browsers report each try. It has to be said before the first schema is made, so in the library itself.
 */
export function noEval(): Plugin {
  return {
    name: 'carillon-no-eval',
    apply: 'build',
    transform(code, id) {
      if (!module.test(id)) return undefined;
      if (!code.includes(made)) this.error(`${id}: expected ${made}`);
      return { code: code.replace(made, '__zod_globalConfig = { jitless: true }'), map: null };
    },
  };
}
