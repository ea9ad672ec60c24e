import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..');
/** The agent as one file. */
export const builtAgent = join(folder, 'dist', 'carillon-agent.cjs');

/** Builds the agent as one file, as it ships; a second or so. For `beforeAll`. */
export function buildAgent(): void {
  execFileSync(process.execPath, [join(folder, 'bundle.mjs')], { cwd: folder });
}

/** Runs the built agent, or a copy of it, to its end. */
export function runBuiltAgent(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  program = builtAgent,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}
