import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bundle } from './bundle.mjs';
import { inAscii, packChunks } from './pack-chunks.mjs';

function evaluate(script: string): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-pack-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'packed.cjs');
  writeFileSync(file, `${script}\nmodule.exports = { kept: [...loaded.keys()], ...load('./entry.js') };`);
  return createRequire(file)(file);
}

it('chunks come alive when they are asked for, once, also in circles', () => {
  const packed = packChunks([
    {
      name: './entry.js',
      code: "exports.word = 'hello'; exports.says = require('./a.js').says; globalThis.starts = 0;",
    },
    {
      name: './a.js',
      code: "const entry = require('./entry.js'); exports.says = () => entry.word + require('node:path').sep;",
    },
    { name: './never.js', code: 'throw new Error("not asked for")' },
  ]);
  const { kept, says } = evaluate(packed) as { kept: string[]; says: () => string };
  expect(kept).toEqual(['./entry.js', './a.js']);
  expect(says()).toMatch(/^hello[\\/]$/);
});

it('what is not ASCII means the same as an escape', () => {
  const code = "return ['é', `备份`, /[«-»]/.test('¬'), '😀'.length]";
  const escaped = inAscii(code);
  expect(escaped).toMatch(/^[\x20-\x7e]*$/);
  expect(new Function(escaped)()).toEqual(new Function(code)());
});

it('a start for a run compiles the runner alone', async () => {
  const repository = resolve(import.meta.dirname, '../..');
  const script = (await bundle(repository, 'apps/agent/src/start.ts')).toString('latin1');
  const texts: Record<string, string> = JSON.parse(/^const texts = (.*);$/m.exec(script)?.[1] ?? '');
  const needed = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    // What is asked for inside a function comes later, if at all.
    for (const [, other = ''] of (texts[name] ?? '').matchAll(
      /(?<!then\(\(\)=>|then\(\(\) => )require\([`'"](\.\/[^`'"]+)[`'"]\)/g,
    ))
      needed(other, seen);
    return seen;
  };
  const [run = ''] = Object.keys(texts).filter((name) => name.startsWith('./run-'));
  const code = [...needed(run)].map((name) => texts[name] ?? '').join('\n');
  expect(code).toContain('CARILLON_RUN_ID');
  for (const heavy of ['permessage-deflate', 'node:tls', 'node:http', 'ZodError']) expect(code).not.toContain(heavy);
  expect(script).toContain('permessage-deflate');
}, 60_000);
