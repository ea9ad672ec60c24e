import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CliError } from './errors.js';

/** The program that plays simulated hosts, a part of the agent: as an installed package, else beside us in the repository. */
export function findFleetProgram(repository: string): string {
  return find('@carillon/agent/simulate/main', join(repository, 'apps', 'agent', 'dist', 'simulate', 'main.js'));
}

/** The program that plays the fleet of a demo. */
export function findDemoProgram(repository: string): string {
  return find(
    '@carillon/agent/simulate/demo/main',
    join(repository, 'apps', 'agent', 'dist', 'simulate', 'demo', 'main.js'),
  );
}

/** The bare WebSocket server and its clients, with which fleets are compared. */
export function findBareProgram(repository: string): string {
  return find('@carillon/agent/simulate/bare', join(repository, 'apps', 'agent', 'dist', 'simulate', 'bare.js'));
}

function find(name: string, beside: string): string {
  const found = [resolvePackage(name), beside].find((path) => path !== undefined && existsSync(path));
  if (found) return found;
  throw new CliError('the agent is not built yet: run npm start or npm run build', { code: 'not_found' });
}

function resolvePackage(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}
