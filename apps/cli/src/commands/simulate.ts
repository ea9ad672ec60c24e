import { limits } from '@carillon/contract/limits';
import { type Command, InvalidArgumentError } from 'commander';
import { withPrivateStack } from '../bench/private-stack.js';
import { fleetEnvironment, type Place, placeOf, privatePlace } from '../fleet/place.js';
import { type SimulationFigures, type SimulationOptions, simulateFleet } from '../fleet/simulation.js';
import { type Cli, handle } from '../lib/command.js';
import { findDataFolder, runningServerHere } from '../lib/connection.js';
import { usageError } from '../lib/errors.js';
import { parseLabels } from '../lib/label-arguments.js';
import { positiveInteger } from '../lib/pages.js';
import type { CommonOptions, Session } from '../lib/session.js';

interface SimulateArguments {
  readonly hosts: number;
  readonly jobs?: number | undefined;
  readonly seconds?: number | undefined;
  readonly failureRate: number;
  readonly every: number;
  readonly seed?: number | undefined;
  readonly labels?: string[] | undefined;
  readonly chaos?: boolean | undefined;
  readonly verify?: boolean | undefined;
}

const privateDefaults = { jobs: 5, seconds: 30 };

/** `carillon simulate`. */
export function addSimulate(program: Command, cli: Cli): void {
  const command = program
    .command('simulate')
    .description(
      'let many simulated hosts join and run jobs, with the real protocol; without a server, on a private one that goes afterwards',
    )
    .requiredOption('--hosts <n>', 'how many', positiveInteger)
    .option('--jobs <m>', `jobs made for them (default: ${privateDefaults.jobs} on a private server, else none)`, count)
    .option(
      '--seconds <t>',
      `how long they work (default: ${privateDefaults.seconds} on a private server, else until interrupted)`,
      positiveInteger,
    )
    .option('--failure-rate <p>', 'part of the runs that fail, 0 to 1', part, 0.1)
    .option('--every <s>', 'how often a host starts one of its jobs, in seconds on average', positiveInteger, 5)
    .option('--seed <s>', 'plays outcomes, durations and output of an earlier simulation again', count)
    .option('--labels <key=value...>', 'labels of the simulated hosts')
    .option('--chaos', 'kill the private server and cut connections meanwhile')
    .option(
      '--verify',
      'let all end, then compare what happened on the hosts with what is recorded; exit code 1 if anything is lost, duplicated or wrong',
    );
  handle(command, cli, (session: Session, options: SimulateArguments & CommonOptions) => simulate(session, options));
}

async function simulate(session: Session, options: SimulateArguments & CommonOptions): Promise<number> {
  const { hosts, seed = Date.now() % 2 ** 31, chaos = false, verify = false } = options;
  if (hosts > limits.enrolmentTokenUses)
    throw usageError(`--hosts: expected at most ${limits.enrolmentTokenUses}, got ${hosts}`);
  const { env } = session.io;
  const given = options.server ?? env.CARILLON_SERVER;
  if (chaos && given)
    throw usageError(`--chaos: it kills the server, so it works on a private one only; leave --server ${given} out`);
  const isPrivate = chaos || !(given ?? runningServerHere(findDataFolder(session.io)));
  const {
    jobs = isPrivate || verify ? privateDefaults.jobs : 0,
    seconds = isPrivate || verify ? privateDefaults.seconds : undefined,
  } = options;
  if (verify && jobs === 0) throw usageError('--verify: expected --jobs of at least 1, whose runs are compared');
  const labels = parseLabels(options.labels ?? []);
  const { failureRate, every: everySeconds } = options;
  const all = { hosts, jobs, seconds, seed, failureRate, everySeconds, labels, verify };
  session.progress(`seed ${seed}`);
  const figures = isPrivate ? await simulatePrivately(session, all, chaos) : await simulateOn(session, all);
  if (session.json) session.io.stdout.write(`${JSON.stringify(figures)}\n`);
  else session.fields(fieldsOf(figures));
  for (const example of session.json ? [] : (figures.examples ?? [])) session.print(`  ${example}`);
  return isFine(figures) ? 0 : 1;
}

function simulatePrivately(session: Session, options: SimulationOptions, chaos: boolean): Promise<SimulationFigures> {
  const { repository } = session.io;
  const onProgress = (text: string) => session.progress(text);
  onProgress('on a private server, which goes afterwards');
  return withPrivateStack(
    repository,
    onProgress,
    (stack, signal) =>
      simulateFleet(
        privatePlace(stack),
        { ...options, ...(chaos ? { chaos: stack } : {}) },
        { repository, onProgress, signal },
      ),
    { localAgent: false, serverEnvironment: fleetEnvironment },
  );
}

async function simulateOn(session: Session, options: SimulationOptions): Promise<SimulationFigures> {
  const place: Place = placeOf(session);
  const ending = new AbortController();
  const end = () => ending.abort(new Error('interrupted'));
  process.on('SIGINT', end).on('SIGTERM', end);
  try {
    session.progress(`on ${place.url}`);
    const { repository } = session.io;
    const onProgress = (text: string) => session.progress(text);
    return await simulateFleet(place, options, { repository, onProgress, signal: ending.signal });
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

function isFine({ lost = 0, duplicated = 0, wrong = 0, undelivered = 0 }: SimulationFigures): boolean {
  return lost + duplicated + wrong + undelivered === 0;
}

function fieldsOf(figures: SimulationFigures): [string, string][] {
  const { chaos, examples: _shownBelow, ...rest } = figures;
  const numbers = { ...rest, ...(chaos ? { 'server killed': chaos.kills, 'connections cut': chaos.cuts } : {}) };
  return Object.entries(numbers).map(([name, value]) => [name, String(value)]);
}

function count(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 0.');
}

function part(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1, such as 0.1.');
}
