import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { dataFolderAt } from './data-folder.js';
import { programsOf } from './programs.js';
import { describeRunning, startStack } from './start.js';

/** What `npm start` runs after everything is built. */
export async function main(repository: string, env: NodeJS.ProcessEnv): Promise<void> {
  const port = Number(env.CARILLON_PORT || 7070);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    console.error(`CARILLON_PORT: expected a port from 1 to 65535, got ${JSON.stringify(env.CARILLON_PORT)}`);
    process.exit(2);
  }
  const folder = dataFolderAt(env.CARILLON_DATA || resolve(repository, '.carillon'));
  const stopAsked = stopOnSignal();
  const result = await startStack({
    folder,
    programs: programsOf(repository),
    port,
    databaseUrl: env.DATABASE_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    localAgent: !hasTaskScheduler(env),
    onProgress: (text) => console.log(`  ${text}`),
    signal: stopAsked,
  });
  if (!result.ok) {
    console.log(describeRunning(result.running, folder));
    return;
  }
  console.log(`Carillon is ready: ${result.stack.signInLink}`);
  if (!stopAsked.aborted) await once(stopAsked, 'abort');
  console.log('  stopping');
  await result.stack.stop();
  console.log('Carillon has stopped.');
  process.exit(0);
}

function hasTaskScheduler(env: NodeJS.ProcessEnv): boolean {
  return (
    process.platform === 'win32' && existsSync(resolve(env.SystemRoot ?? 'C:\\Windows', 'System32', 'schtasks.exe'))
  );
}

/** The first signal asks for an orderly stop, also while still starting; the third ends us at once. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      count += 1;
      if (count >= 3) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}
