import { resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { inAscii, packChunks } from './pack-chunks.mjs';

/**
 * A program of the workspace as one CommonJS file, straight from its sources. Small, since all of it is read at each start,
 * and see `packChunks` for what only some starts need.
 * @param {string} repository
 * @param {string} entry such as `apps/agent/src/main.ts`
 * @returns {Promise<Buffer>}
 */
export async function bundle(repository, entry) {
  const build = await rolldown({
    cwd: repository,
    input: resolve(repository, entry),
    platform: 'node',
    // Optional accelerators of ws: it does without them when they cannot be loaded.
    external: ['bufferutil', 'utf-8-validate'],
    resolve: { conditionNames: ['carillon-source', 'import', 'node', 'default'] },
    transform: { target: 'node22' },
    tsconfig: false,
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(`${entry}: ${log.message}`);
    },
  });
  const { output } = await build.generate({ format: 'cjs', minify: true });
  await build.close();
  const chunks = output.map((file) => {
    if (file.type !== 'chunk') throw new Error(`${entry}: expected code only, got ${file.fileName}`);
    return { name: `./${file.fileName}`, code: inAscii(file.code) };
  });
  return Buffer.from(chunks.length === 1 ? chunks[0].code : packChunks(chunks));
}
