import { once } from 'node:events';
import { resolve } from 'node:path';
import type { DemoStart } from '@carillon/contract/fleet/demo-messages';
import { LocalApi } from '@carillon/stack/api';
import { dataFolderAt } from '@carillon/stack/data-folder';
import { portOf } from '@carillon/stack/port';
import { programsOf } from '@carillon/stack/programs';
import { openStackDatabase } from '@carillon/stack/stack-database';
import { describeRunning, startStack } from '@carillon/stack/start';
import { stopOnSignal } from '@carillon/stack/stop-on-signal';
import { applyJobs, fleetEnvironment, type Place, privatePlace } from '../fleet/place.js';
import { channelDocuments } from './demo-alerts.js';
import { openExampleServer } from './demo-example.js';
import { disksFolder, fleetStateFile, openDemo, writeMark } from './demo-folder.js';
import { planHosts } from './demo-hosts.js';
import { demoJobs } from './demo-jobs.js';
import { moveSubscription } from './demo-people.js';
import { DemoProcess } from './demo-process.js';
import { openDemoSink } from './demo-sink.js';
import { fillDemo, goneSince, tokensOf } from './fill-demo.js';

const defaults = { hosts: 300, seed: 7 };

/** What `npm start -- --demo` runs after everything is built: the product with a simulated fleet, in a folder of its own. */
export async function demoMain(
  repository: string,
  env: NodeJS.ProcessEnv,
  { fresh }: { readonly fresh: boolean },
): Promise<void> {
  if (env.DATABASE_URL)
    throw new Error(
      'DATABASE_URL: a demo has a database of its own, so that it is never mixed with real data; unset it',
    );
  const port = portOf(env);
  const folder = dataFolderAt(env.CARILLON_DATA || resolve(repository, '.carillon-demo'));
  const say = (text: string) => console.log(`  ${text}`);
  const wanted = { fresh, hosts: wholeNumber(env, 'CARILLON_DEMO_HOSTS', defaults.hosts), seed: defaults.seed };
  const mark = openDemo(folder, wanted, say);
  const signal = stopOnSignal();
  const started = await startStack({
    ...{ folder, programs: programsOf(repository), port, localAgent: false, signal, onProgress: say },
    serverEnvironment: { ...fleetEnvironment, CARILLON_DEMO: '1' },
  });
  if (!started.ok) return console.log(describeRunning(started.running, folder));
  const { stack } = started;
  console.log(`Carillon is ready: ${stack.signInLink}`);
  console.log(
    `  This is a demo: ${mark.hosts} simulated hosts. Of itself it starts no program and tells nobody beyond this machine.`,
  );
  console.log(
    `  Jobs of yours may be tried on it (\`npx carillon new backup\`): files of hosts are in ${disksFolder(folder)}`,
  );
  console.log('  It goes on with the next `npm start -- --demo`; `npm start -- --demo --fresh` begins anew.');
  console.log(`  To throw it away: stop it with Ctrl-C and delete ${folder.root}`);
  const sink = await openDemoSink();
  const example = await openExampleServer();
  const fleet = new DemoProcess(repository, (why) => say(`${why}; the rest goes on without it`));
  try {
    const place = privatePlace({ ...stack, folder, api: new LocalApi(stack.url, folder.adminTokenFile) });
    const hosts = planHosts(mark.hosts, mark.seed);
    const places = { stateFile: fleetStateFile(folder), disks: disksFolder(folder), exampleUrl: example.url };
    await joinFleet(place, fleet, { mark, hosts, places, signal, say });
    if (mark.filled) {
      await applyJobs(place, channelDocuments(sink.url));
      await moveSubscription(place, sink.url);
      await fleet.order({ kind: 'past', fromMs: Date.now() }, signal);
      say('the fleet works on; what ran meanwhile is told');
    } else {
      const database = await openStackDatabase(folder);
      try {
        await fillDemo({ place, database, fleet, hosts, sinkUrl: sink.url, onProgress: say, signal });
      } finally {
        await database.close();
      }
      writeMark(folder, { ...mark, filled: true });
      say(`the demo is filled: ${stack.url}`);
    }
    if (!signal.aborted) await once(signal, 'abort');
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    say('stopping');
    await fleet.stop();
    sink.close();
    example.close();
    await stack.stop();
  }
  console.log('Carillon has stopped.');
  process.exit(0);
}

interface Joining {
  readonly mark: ReturnType<typeof openDemo>;
  readonly hosts: ReturnType<typeof planHosts>;
  readonly places: Pick<DemoStart, 'stateFile' | 'disks' | 'exampleUrl'>;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

async function joinFleet(place: Place, fleet: DemoProcess, joining: Joining): Promise<void> {
  const { mark, hosts, places, signal, say } = joining;
  const tokens = mark.filled ? new Map<string, string>() : await tokensOf(place, hosts);
  const nowMs = Date.now();
  const plays = Object.fromEntries(demoJobs.map(({ file, play }) => [file.name, play]));
  const joiners = hosts.map(({ labels: _, isGone: _gone, ...host }, index) => ({
    ...host,
    token: tokens.get(host.name) ?? null,
    goneSinceMs: goneSince(hosts[index] ?? { ...host, labels: {}, isGone: false }, nowMs),
  }));
  const { joiningAtOnce } = place;
  await fleet.order(
    { kind: 'start', server: place.url, seed: mark.seed, hosts: joiners, plays, ...places, joiningAtOnce },
    signal,
    (report) => {
      if (report.kind === 'online' && report.hosts % 100 === 0) say(`${report.hosts} hosts are online`);
    },
  );
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const value = Number(env[name] || otherwise);
  if (Number.isInteger(value) && value >= 10 && value <= 2_000) return value;
  throw new Error(`${name}: expected a whole number from 10 to 2000, got ${JSON.stringify(env[name])}`);
}
