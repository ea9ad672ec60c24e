import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { dataFolderAt } from './data-folder.js';
import { portOf } from './port.js';
import { programsOf } from './programs.js';
import { describeRunning, startStack } from './start.js';
import { stopOnSignal } from './stop-on-signal.js';

/** What `npm start` runs after everything is built. */
export async function main(repository: string, env: NodeJS.ProcessEnv): Promise<void> {
  const port = portOf(env);
  const folder = dataFolderAt(env.CARILLON_DATA || resolve(repository, '.carillon'));
  if (existsSync(folder.demoFile))
    throw new Error(`${folder.root} is a demo's; start it with --demo, or choose another folder with CARILLON_DATA`);
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
