import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The built programs of the repository that a stack starts as processes. */
export interface Programs {
  readonly server: string;
  readonly agent: string;
  /** With which Node keeps the agent small, as where it installs itself. */
  readonly agentNodeArguments: readonly string[];
  readonly scheduler: string;
  readonly schtasks: string;
  readonly wevtutil: string;
  readonly webRoot: string;
  /** Folder of the Windows agent, which may not have been built. */
  readonly downloads: string;
}

export function programsOf(repository: string): Programs {
  return {
    server: join(repository, 'apps/server/dist/bundle/main.js'),
    agent: join(repository, 'apps/agent/dist/carillon-agent.cjs'),
    agentNodeArguments: JSON.parse(readFileSync(join(repository, 'apps/agent/dist/lib/node-arguments.json'), 'utf8')),
    scheduler: join(repository, 'packages/emulator/dist/main.js'),
    schtasks: join(repository, 'packages/emulator/dist/schtasks.js'),
    wevtutil: join(repository, 'packages/emulator/dist/wevtutil.js'),
    webRoot: join(repository, 'apps/web/dist'),
    downloads: join(repository, 'dist/agent'),
  };
}
