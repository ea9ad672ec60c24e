// `npm start`: installs what is missing, builds what changed, then runs the product on this machine.
// Plain JavaScript without dependencies: it must work before anything is installed.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, repository } from './prepare.mjs';

if (process.argv.includes('--help')) {
  console.log(`npm start            run Carillon on this machine: http://127.0.0.1:7070
npm start -- --demo  with a simulated fleet and a week of history, in .carillon-demo; --fresh begins anew
  CARILLON_PORT      another port
  CARILLON_DATA      another data folder (default: .carillon)
  DATABASE_URL       a Postgres of your own instead of the embedded one
  REDIS_URL          Redis for queues and hints (needed only for several servers)`);
  process.exit(0);
}

await prepare();
try {
  if (process.argv.includes('--demo')) {
    const { demoMain } = await built('apps/cli/dist/demo/main.js');
    await demoMain(repository, process.env, { fresh: process.argv.includes('--fresh') });
  } else {
    const { main } = await built('packages/stack/dist/main.js');
    await main(repository, process.env);
  }
} catch (error) {
  console.error(`Carillon could not start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

function built(path) {
  return import(pathToFileURL(resolve(repository, path)).href);
}
