import { join } from 'node:path';
import { compile } from '@carillon/testkit/compile';

const folder = join(import.meta.dirname, '..', '..');

/** Builds the agent, for tests that start it as a process; a second or so when nothing has changed. For `beforeAll`. */
export function buildAgent(): void {
  compile(folder);
}

/** A built module of the agent, `main` say. */
export function builtProgram(name: string): string {
  return join(folder, 'dist', `${name}.js`);
}
