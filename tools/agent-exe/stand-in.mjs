import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { injectProgram } from './inject.mjs';
import { pinnedFileAt } from './pinned-file.mjs';
import { windowsNode } from './pins.mjs';
import { seaBlob } from './sea-blob.mjs';

/**
 * A program of the emulated Task Scheduler as a Windows program, to stand in for the one of the same name where Windows
 * is not Windows.
 * @param {string} repository
 * @param {{ entry: string, out: string }} which its source, and the file to make
 */
export async function buildStandIn(repository, { entry, out }) {
  const code = await bundle(repository, entry);
  const node = pinnedFileAt(join(repository, '.cache'), windowsNode, () => undefined);
  const fileName = out.split('/').at(-1);
  const program = injectProgram(readFileSync(node), seaBlob({ name: fileName, code }), {
    name: 'Carillon emulated Task Scheduler',
    fileName,
    version: '0.1.0',
  });
  mkdirSync(join(out, '..'), { recursive: true });
  writeFileSync(out, program);
}
