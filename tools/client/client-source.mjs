// The OpenAPI document -> packages/client/src/generated/api.ts: a type for each request and answer, and one method a route.
import { field, typeOf } from './schema-type.mjs';

const head = `// Made of the OpenAPI document by tools/client/generate.mjs; not to be edited.
import type { CallOptions, KeyedCallOptions, RouteTable } from '../types.js';

/** A page of a list: give \`next\` back as \`cursor\`; null at the end. \`each\` does it for you. */
export interface Page<T> { items: T[]; next: string | null }
`;

/**
 * @param {{ paths: Record<string, Record<string, any>>, components: { schemas: Record<string, any> } }} document
 * @returns {string} a module
 * @throws Error where the document says something that the generator does not understand
 */
export function clientSource(document) {
  const types = new Types(Object.keys(document.components.schemas));
  for (const [name, schema] of Object.entries(document.components.schemas)) types.add(`Api${name}`, types.of(schema));
  /** @type {Record<string, { methods: string[], routes: string[] }>} */
  const groups = {};
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const [group = '', act = ''] = operation.operationId.split('.');
      groups[group] ??= { methods: [], routes: [] };
      groups[group].methods.push(methodOf(operation, `${method.toUpperCase()} ${path}`, types));
      groups[group].routes.push(`    ${act}: ${routeOf(method, path, operation)},`);
    }
  const entries = Object.entries(groups);
  return `${head}
${types.lines.join('\n')}

/** Every route by its operation id. */
export interface Api {
${entries.map(([group, { methods }]) => `  ${group}: {\n${methods.join('\n')}\n  };`).join('\n')}
}

/** How each is called. */
export const routes = {
${entries.map(([group, { routes }]) => `  ${group}: {\n${routes.join('\n')}\n  },`).join('\n')}
} as const satisfies RouteTable;
`;
}

/** Names for types; what is the same by its structure gets the name that was there first. */
class Types {
  /** @type {string[]} */
  lines = [];
  /** @type {Map<string, string>} */
  known = new Map();

  /** @param {readonly string[]} shared names of schemas that are referred to */
  constructor(shared) {
    this.shared = shared;
  }

  /** @param {any} schema */
  of(schema) {
    return typeOf(schema, (pointer) => {
      const name = pointer.replace('#/components/schemas/', '');
      if (!this.shared.includes(name)) throw new Error(`${pointer} leads nowhere`);
      return `Api${name}`;
    });
  }

  /** @param {string} name @param {string} type */
  add(name, type) {
    const first = type.length > 60 ? this.known.get(type) : undefined;
    if (!first) this.known.set(type, name);
    this.lines.push(`export type ${name} = ${first ?? type};`);
    return first ?? name;
  }
}

/** @param {any} operation @param {string} address @param {Types} types */
function methodOf(operation, address, types) {
  const name = operation.operationId.replace(/(?:^|\.)(\w)/g, (/** @type {string} */ _, /** @type {string} */ first) =>
    first.toUpperCase(),
  );
  const parameters = operation.parameters.filter((/** @type {any} */ each) => each.in !== 'header');
  const fields = parameters.map((/** @type {any} */ each) => ({
    text: field(each.name, isFlag(each) ? 'boolean' : types.of(each.schema), each.required),
    isRequired: each.required,
  }));
  const body = operation.requestBody?.content['application/json'].schema;
  if (body) {
    const isRequired = body.default === undefined;
    fields.push({ text: field('body', types.of(body), isRequired), isRequired });
  }
  const texts = fields.map((/** @type {{ text: string }} */ each) => each.text);
  const input = types.add(`${name}Input`, texts.length > 0 ? `{ ${texts.join('; ')} }` : 'Record<string, never>');
  const output = types.add(`${name}Output`, outputOf(name, operation, types));
  const needsInput = fields.some((/** @type {{ isRequired: boolean }} */ each) => each.isRequired);
  const options = takesKey(operation) ? 'KeyedCallOptions' : 'CallOptions';
  const [, act] = operation.operationId.split('.');
  const notes = [`${operation.summary.replaceAll('*/', '* /')}.`, `\`${address}\``];
  return `    /** ${notes.join(' ')} */
    ${act}(input${needsInput ? '' : '?'}: ${input}, options?: ${options}): Promise<${output}>;`;
}

/** @param {string} name @param {any} operation @param {Types} types */
function outputOf(name, operation, types) {
  const content = operation.responses[200].content;
  const schema = content['application/json']?.schema;
  if (!schema) return 'string';
  const { items, next, ...others } = schema.properties ?? {};
  if (items?.type !== 'array' || !next) return types.of(schema);
  const item = types.add(`${name}Item`, types.of(items.items));
  if (Object.keys(others).length === 0) return `Page<${item}>`;
  const { required } = schema;
  const rest = types.of({ type: 'object', properties: others, required, additionalProperties: false });
  return `Page<${item}> & ${rest}`;
}

/** @param {string} method @param {string} path @param {any} operation */
function routeOf(method, path, operation) {
  const parts = [`method: '${method.toUpperCase()}'`, `path: '${path}'`];
  if (operation.requestBody) parts.push('body: true');
  if (takesKey(operation)) parts.push('key: true');
  if (!operation.responses[200].content['application/json']) parts.push('text: true');
  return `{ ${parts.join(', ')} }`;
}

/** A flag in a query string: `true` or `false`, in letters. @param {any} parameter */
function isFlag({ in: place, schema }) {
  return place === 'query' && JSON.stringify(schema.enum) === '["true","false"]';
}

/** @param {any} operation */
function takesKey({ parameters }) {
  return parameters.some((/** @type {any} */ each) => each.in === 'header' && each.name === 'Idempotency-Key');
}
