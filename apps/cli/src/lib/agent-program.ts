import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CliError } from './errors.js';

/** The agent's main module: as an installed package, else beside us in the repository. */
export function findAgentProgram(repository: string): string {
  const found = [resolvePackage(), join(repository, 'apps', 'agent', 'dist', 'main.js')].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found) return found;
  throw new CliError('the agent is not built yet: run npm start or npm run build', { code: 'not_found' });
}

function resolvePackage(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@carillon/agent/main');
  } catch {
    return undefined;
  }
}
