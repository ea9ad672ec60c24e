import { describe, expect, it } from 'vitest';
import { clientSource } from './client-source.mjs';
import { typeOf } from './schema-type.mjs';

const type = (schema: object) => typeOf(schema as never, (pointer) => pointer.replace('#/', ''));

describe('types of schemas', () => {
  it.each([
    [{}, 'unknown'],
    [{ type: 'integer', minimum: 1 }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ const: 'copy' }, '"copy"'],
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, '(string | null)[]'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'Record<string, number>'],
    [
      { type: 'object', propertyNames: { enum: ['a'] }, additionalProperties: { type: 'number' } },
      'Partial<Record<"a", number>>',
    ],
    [
      { type: 'object', properties: { a: { $ref: '#/X' }, 'b-c': {} }, required: ['a'] },
      '{ a: X; "b-c"?: unknown | undefined }',
    ],
    [
      { type: 'object', properties: { a: { type: 'null' } }, additionalProperties: {} },
      '{ a?: null | undefined } & Record<string, unknown>',
    ],
  ])('%j', (schema, expected) => {
    expect(type(schema)).toBe(expected);
  });

  it('are refused where the generator would guess', () => {
    expect(() => type({ not: { type: 'string' } })).toThrow('does not know "not"');
    expect(() => type({ type: 'date' })).toThrow('does not know the type "date"');
  });
});

it('a document becomes types, an interface and a table', () => {
  const done = (schema: object) => ({ 200: { content: { 'application/json': { schema } } } });
  const source = clientSource({
    components: {
      schemas: { Error: { type: 'object', properties: { code: { enum: ['gone'] } }, required: ['code'] } },
    },
    paths: {
      '/api/v1/bells/{name}': {
        post: {
          operationId: 'bells.ring',
          summary: 'Ring it',
          parameters: [
            { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'loud', in: 'query', required: false, schema: { enum: ['true', 'false'] } },
            { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } },
          ],
          requestBody: { content: { 'application/json': { schema: { default: {}, type: 'object', properties: {} } } } },
          responses: done({ type: 'object', properties: { rang: { type: 'boolean' } }, required: ['rang'] }),
        },
      },
    },
  });
  expect(source).toContain('export type ApiError = { code: "gone" };');
  expect(source).toContain(
    'export type BellsRingInput = { name: string; loud?: boolean | undefined; body?: Record<string, never> | undefined };',
  );
  expect(source).toContain('ring(input: BellsRingInput, options?: KeyedCallOptions): Promise<BellsRingOutput>;');
  expect(source).toContain("ring: { method: 'POST', path: '/api/v1/bells/{name}', body: true, key: true },");
});
