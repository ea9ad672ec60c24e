import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..');

/** Builds the agent, for tests that start it as a process; a second or so when nothing has changed. For `beforeAll`. */
export function buildAgent(): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-b', folder]);
}

/** A built module of the agent, `main` say. */
export function builtProgram(name: string): string {
  return join(folder, 'dist', `${name}.js`);
}
