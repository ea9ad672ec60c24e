import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * A program of the workspace as one CommonJS file, straight from its sources. Small, since all of it is read at each start.
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
  const { output } = await build.generate({ format: 'cjs', codeSplitting: false, minify: true });
  await build.close();
  if (output.length !== 1) throw new Error(`${entry}: expected one file, got ${output.map((file) => file.fileName)}`);
  return Buffer.from(output[0].code);
}
