import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

/** The catalogs of routes and live messages: all of them but what calls and reads. */
const catalog = /[\\/]contract[\\/]dist[\\/](?:http|live)[\\/](?!client\.|error-body\.|read-)[\w.-]+\.js$/;

/**
 * Of a route pages use its method, its address and which parts it takes; the schemas by which the server checks what
 * comes and goes, and the library that they are made with, are a fifth of a first page and checked there a second time by
 * nobody. So the bundle gets the catalog as plain values. What is not plain is left out: a page that uses a schema or a
 * function of it does not build.
 */
export function plainContract(): Plugin {
  return {
    name: 'plain-contract',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (!catalog.test(id)) return undefined;
      const module: Record<string, unknown> = await import(pathToFileURL(id).href);
      const lines = Object.entries(module).flatMap(([name, value]) => {
        const plain = plainValue(value);
        return plain === undefined ? [] : [`export const ${name} = ${JSON.stringify(plain)};`];
      });
      return { code: lines.join('\n'), map: null, moduleSideEffects: false };
    },
  };
}

/** The value as a bundle gets it, or undefined where it has none. Of a table of routes: what `callRoute` and pages read. */
export function plainValue(value: unknown): unknown {
  if (isTable(value)) return Object.fromEntries(Object.entries(value).map(([act, route]) => [act, plainRoute(route)]));
  return isPlain(value) ? value : undefined;
}

function plainRoute({ method, path, params, body, open }: Record<string, unknown>) {
  const names = Object.keys((params as { shape: object } | undefined)?.shape ?? {});
  return {
    ...{ method, path },
    ...(names.length > 0 ? { params: { shape: Object.fromEntries(names.map((name) => [name, 1])) } } : {}),
    ...(body ? { body: 1 } : {}),
    ...(open ? { open } : {}),
  };
}

function isTable(value: unknown): value is Record<string, Record<string, unknown>> {
  return isObject(value) && Object.values(value).every((part) => isObject(part) && 'method' in part && 'path' in part);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (isObject(value)) return !('_zod' in value) && Object.values(value).every(isPlain);
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
