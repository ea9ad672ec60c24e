/**
 * The chunks of a program in one script, each as a text that is compiled when it is first asked for: a text is read past many
 * times faster than code, and what a start does not need takes no memory as code.
 * @param {readonly { name: string, code: string }[]} chunks CommonJS, the entry first; they name each other by `name`
 * @returns {string}
 */
export function packChunks(chunks) {
  const [entry] = chunks;
  const texts = Object.fromEntries(chunks.map(({ name, code }) => [name, code]));
  return `const { compileFunction } = require('node:vm');
const texts = ${JSON.stringify(texts, null, 0)};
const loaded = new Map();
function load(name) {
  if (!Object.hasOwn(texts, name)) return require(name);
  const known = loaded.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const run = compileFunction(texts[name], ['exports', 'require', 'module', '__filename'], { filename: name });
  run(module.exports, load, module, __filename);
  return module.exports;
}
load(${JSON.stringify(entry.name)});
`;
}

/**
 * Code in which what is not ASCII is written as escapes: V8 keeps a text with a single wider character at two bytes a
 * character. Minified code has such characters in strings and patterns only, where an escape means the same.
 * @param {string} code
 * @returns {string}
 */
export function inAscii(code) {
  return code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
