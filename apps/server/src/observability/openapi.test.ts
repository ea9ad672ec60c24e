import { allRoutes } from '@carillon/contract/http/api';
import { apiPrefix } from '@carillon/contract/http/route';
import { describe, expect, it } from 'vitest';
import { apiDocsPage } from './api-docs.js';
import { openApiDocument } from './openapi.js';

const document = openApiDocument('http://127.0.0.1:7070');
const paths = document.paths as Record<string, Record<string, Record<string, unknown>>>;

/** Every value of every `key` in the document. */
function valuesOf(key: string, root: unknown): unknown[] {
  if (typeof root !== 'object' || root === null) return [];
  return Object.entries(root).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesOf(key, value)]);
}

function resolve(pointer: string): unknown {
  return pointer
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
}

describe('the OpenAPI document', () => {
  it('has every route, once, under its own id', () => {
    expect(document.openapi).toBe('3.1.0');
    const found = Object.values(paths).flatMap((methods) => Object.values(methods).map((it) => it.operationId));
    expect(found.sort()).toEqual(
      allRoutes()
        .map(({ id }) => id)
        .sort(),
    );
    for (const { id, route } of allRoutes()) {
      const path = `${apiPrefix}${route.path.replace(/:(\w+)/g, '{$1}')}`;
      expect(paths[path]?.[route.method.toLowerCase()]?.operationId).toBe(id);
    }
  });

  it('describes parameters, bodies, answers, errors and signing in', () => {
    const run = paths['/api/v1/jobs/{name}/run']?.post;
    expect(run?.parameters).toMatchObject([{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }]);
    expect(run?.requestBody).toBeDefined();
    const list = paths['/api/v1/runs']?.get as { parameters: { name: string; required: boolean }[] };
    expect(list.parameters.find(({ name }) => name === 'bad')).toMatchObject({
      required: false,
      schema: { enum: ['true', 'false'] },
    });
    expect(paths['/api/v1/sign-in']?.post?.security).toEqual([]);
    const table = paths['/api/v1/runs/table.csv']?.get as { responses: Record<string, { content: object }> };
    expect(Object.keys(table.responses[200]?.content ?? {})).toEqual(['text/csv']);
    for (const methods of Object.values(paths))
      for (const operation of Object.values(methods)) {
        const { responses } = operation as {
          responses: Record<string, { content: Record<string, { schema: object }> }>;
        };
        expect(Object.values(responses[200]?.content ?? {})[0]?.schema).toHaveProperty('type');
        expect(responses.default?.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Error' });
      }
    expect(resolve('#/components/schemas/Error')).toMatchObject({ required: ['code', 'params', 'message'] });
  });

  it('has no reference that leads nowhere', () => {
    const references = valuesOf('$ref', document) as string[];
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) expect(resolve(reference), reference).toBeDefined();
  });

  it('makes a page without scripts or anything from elsewhere', () => {
    const page = apiDocsPage(document);
    for (const { id } of allRoutes()) expect(page).toContain(`id="${id}"`);
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\/(?!127\.0\.0\.1)[^"]*["']/);
  });
});
