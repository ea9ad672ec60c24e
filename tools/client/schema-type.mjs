// JSON Schema, as the OpenAPI document has it, written as types of TypeScript.

/** @typedef {Record<string, unknown> & {
 *   type?: string | string[], enum?: unknown[], const?: unknown, anyOf?: Schema[], oneOf?: Schema[], allOf?: Schema[], items?: Schema,
 *   properties?: Record<string, Schema>, required?: string[], additionalProperties?: boolean | Schema,
 *   propertyNames?: Schema, $ref?: string }} Schema */

/** What we understand beside these says nothing about a type (limits, patterns, defaults). */
const silent = new Set(
  'default description title format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems'.split(
    ' ',
  ),
);
const understood = new Set(
  'type enum const anyOf oneOf allOf items properties required additionalProperties propertyNames $ref'.split(' '),
);

/**
 * @param {Schema} schema
 * @param {(pointer: string) => string} nameOf name of the type that a `$ref` stands for
 * @returns {string}
 * @throws Error naming a keyword that is not understood: a type that is silently wrong helps nobody
 */
export function typeOf(schema, nameOf) {
  for (const word of Object.keys(schema))
    if (!silent.has(word) && !understood.has(word)) throw new Error(`the client generator does not know "${word}"`);
  const of = (/** @type {Schema} */ each) => typeOf(each, nameOf);
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return union(schema.enum.map(literal));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return union(choices.map(of));
  if (schema.allOf) return schema.allOf.map((each) => wrapped(of(each))).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => of({ ...schema, type })));
  switch (schema.type) {
    case undefined:
      return 'unknown';
    case 'null':
    case 'string':
    case 'boolean':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `${wrapped(schema.items ? of(schema.items) : 'unknown')}[]`;
    case 'object':
      return objectType(schema, of);
    default:
      throw new Error(`the client generator does not know the type ${JSON.stringify(schema.type)}`);
  }
}

/** @param {Schema} schema @param {(schema: Schema) => string} of */
function objectType({ properties, required = [], additionalProperties, propertyNames }, of) {
  const rest = typeof additionalProperties === 'object' ? of(additionalProperties) : undefined;
  const fields = Object.entries(properties ?? {}).map(([name, each]) => field(name, of(each), required.includes(name)));
  if (fields.length > 0) return `{ ${fields.join('; ')} }${rest === undefined ? '' : ` & Record<string, ${rest}>`}`;
  if (rest === undefined) return properties ? 'Record<string, never>' : 'Record<string, unknown>';
  const names = propertyNames?.enum;
  if (!names) return `Record<string, ${rest}>`;
  const all = names.every((name) => required.includes(String(name)));
  return all ? `Record<${of(propertyNames)}, ${rest}>` : `Partial<Record<${of(propertyNames)}, ${rest}>>`;
}

/** @param {string} name @param {string} type @param {boolean} isRequired */
export function field(name, type, isRequired) {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return isRequired ? `${key}: ${type}` : `${key}?: ${type} | undefined`;
}

/** @param {readonly string[]} types */
function union(types) {
  const once = [...new Set(types)];
  return once.includes('unknown') ? 'unknown' : once.map(wrapped).join(' | ');
}

/** In brackets where an operator stands in it. @param {string} type */
function wrapped(type) {
  return /[|&]/.test(type) && !/^[{"(]/.test(type) ? `(${type})` : /^["{].*[|&]/.test(type) ? `(${type})` : type;
}

/** @param {unknown} value */
function literal(value) {
  return JSON.stringify(value);
}
