import { type Command, InvalidArgumentError } from 'commander';
import { benchConnect, type ConnectFigures } from '../bench/connect.js';
import { benchFanout, type FanoutFigures } from '../bench/fanout.js';
import type { CpuShares, FleetBenchOptions } from '../bench/fleet-bench.js';
import { thisMachine } from '../bench/measure.js';
import { type Quantiles, shortNumbers } from '../bench/quantiles.js';
import { benchReconnect, type ReconnectFigures } from '../bench/reconnect.js';
import { benchRunNow, type RunNowFigures } from '../bench/runnow.js';
import { benchSecrets, type SecretsFigures } from '../bench/secrets.js';
import { benchStorm, type StormFigures } from '../bench/storm.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

type Row = readonly [what: string, ours: string, goal: string];

const onItsOwn = 'on a product of its own that goes afterwards (under 2 minutes)';
const mostHosts = 10_000;

/** `carillon bench connect`, `fanout`, `secrets`, `storm`, `reconnect` and `runnow`. */
export function addFleetBenches(parent: Command, cli: Cli): void {
  const add = (name: string, description: string, hosts: number) =>
    parent
      .command(name)
      .description(`${description}, ${onItsOwn}`)
      .option('--hosts <n>', 'how many simulated hosts, at least 2', hostCount, hosts);

  const connect = add('connect', 'memory and CPU of the server while many hosts are only connected', 5_000).option(
    '--seconds <t>',
    'how long to watch them',
    positiveInteger,
    10,
  );
  handle(connect, cli, async (session: Session, { hosts, seconds }: { hosts: number; seconds: number }) => {
    const figures = await benchConnect({ ...optionsOf(session, hosts), watchMs: seconds * 1_000 });
    return show(session, figures, connectRows(figures));
  });

  const fanout = add('fanout', 'a changed job reaches many hosts; all of them run it at once', 1_000);
  handle(fanout, cli, async (session: Session, { hosts }: { hosts: number }) => {
    const figures = await benchFanout(optionsOf(session, hosts));
    return show(session, figures, fanoutRows(figures));
  });

  const secrets = add('secrets', 'a secret that many hosts use is given another value', 500);
  handle(secrets, cli, async (session: Session, { hosts }: { hosts: number }) => {
    const figures = await benchSecrets(optionsOf(session, hosts));
    return show(session, figures, secretsRows(figures));
  });

  const storm = add('storm', 'jobs of many hosts are due at the same time', 1_000).option(
    '--jobs <n>',
    'how many jobs each host has',
    positiveInteger,
    1,
  );
  handle(storm, cli, async (session: Session, { hosts, jobs }: { hosts: number; jobs: number }) => {
    const figures = await benchStorm({ ...optionsOf(session, hosts), jobs });
    show(session, figures, stormRows(figures));
    return figures.dropped > 0 ? 1 : 0;
  });

  const reconnect = add('reconnect', 'the server is killed under many hosts, which come back', 5_000).option(
    '--rate <n>',
    'connections that the server admits per second',
    positiveInteger,
    300,
  );
  handle(reconnect, cli, async (session: Session, { hosts, rate }: { hosts: number; rate: number }) => {
    const figures = await benchReconnect({ ...optionsOf(session, hosts), handshakesPerSecond: rate });
    return show(session, figures, reconnectRows(figures));
  });

  const runnow = parent
    .command('runnow')
    .description(`from a command to the program's start, with the real agent, ${onItsOwn}`)
    .option('--rounds <n>', 'how often each is measured', positiveInteger, 20);
  handle(runnow, cli, async (session: Session, { rounds }: { rounds: number }) => {
    const { repository } = session.io;
    const figures = await benchRunNow({ repository, rounds, onProgress: (text) => session.progress(`  ${text}`) });
    return show(session, figures, runNowRows(figures));
  });
}

function optionsOf(session: Session, hosts: number): FleetBenchOptions {
  return { repository: session.io.repository, hosts, onProgress: (text) => session.progress(`  ${text}`) };
}

function show(session: Session, figures: object, rows: readonly Row[]): undefined {
  const machine = thisMachine();
  if (session.json) session.print(JSON.stringify({ ...figures, machine }, shortNumbers));
  else {
    session.table(['WHAT', 'OURS', 'GOAL'], rows);
    session.print(`\n${machine.cpu}, ${machine.cores} cores shared with hosts and Postgres, Node ${machine.node}`);
  }
  return undefined;
}

function connectRows(figures: ConnectFigures): Row[] {
  const { hosts, idleFirst, idleAll } = figures;
  return [
    [`${hosts} hosts joined, s`, one(figures.joinSeconds), ''],
    ['memory of the server per idle host, KiB', one(figures.kibPerHost), '40'],
    ['  per further host beyond the first', one(figures.kibPerFurtherHost), ''],
    [`  in all, without hosts, with ${idleFirst.hosts}, with ${hosts}, MiB`, figures.rssMib.map(one).join(' / '), ''],
    ['a bare WebSocket server, KiB per socket', one(figures.baseline), ''],
    [`CPU with ${idleFirst.hosts} idle hosts, % of a core`, one(idleFirst.cpu.server), '5'],
    [`CPU with ${hosts} idle hosts, % of a core`, one(idleAll.server), '15'],
    ['  Postgres, and the simulated hosts', `${one(idleAll.postgres)}, ${one(idleAll.load)}`, ''],
    ['a bare WebSocket server, % of a core', one(figures.bareIdleCpu), ''],
    [`API with ${hosts} hosts, p50/p95/p99 ms`, quantiles(figures), 'p95 10'],
  ];
}

function fanoutRows(figures: FanoutFigures): Row[] {
  return [
    [`a changed job registered on ${figures.hosts} hosts, p50/p95/p99 ms`, quantiles(figures), 'p99 2000'],
    ['on the last host, ms', one(figures.maxMs), ''],
    ['as many answered messages of a bare WebSocket server, p99 ms', one(figures.baseline), ''],
    ['run now on all: last result committed, s', figures.runNowSeconds.committed.toFixed(2), '2'],
    ['run now on all: every result shown by the API, s', figures.runNowSeconds.visible.toFixed(2), '2'],
    ...cpuRows(figures.cpu),
  ];
}

function secretsRows(figures: SecretsFigures): Row[] {
  return [
    [`another value had by ${figures.hosts} hosts, p50/p95/p99 ms`, quantiles(figures), ''],
    ['on the last host, ms', one(figures.maxMs), ''],
    ['  the request itself', one(figures.requestMs), ''],
    ['the job changed on all of them, the last host, ms', one(figures.baseline), ''],
    ['the list of secrets with how hosts stand, p50 ms', one(figures.listMs), ''],
    ...cpuRows(figures.cpu),
  ];
}

function stormRows(figures: StormFigures): Row[] {
  return [
    [`runs due at once on ${figures.hosts} hosts`, String(figures.due), ''],
    ['dropped', String(figures.dropped), '0'],
    ['from due to recorded, p50/p95/p99 ms', quantiles(figures), ''],
    ['from due to begun on its host, p99 ms', one(figures.startP99Ms), ''],
    ['as many messages at once to a bare WebSocket server, p99 ms', one(figures.baseline), ''],
    ...cpuRows(figures.cpu),
  ];
}

function reconnectRows(figures: ReconnectFigures): Row[] {
  const { eventLoopDelayMs: delay } = figures;
  return [
    ['server killed until it answers, s', one(figures.serverSeconds), ''],
    ['half of the hosts live again, s', one(figures.p50Ms / 1_000), ''],
    ['95 % of them, s', one(figures.p95Ms / 1_000), ''],
    [`all ${figures.hosts}, s`, one(figures.allMs / 1_000), ''],
    ['as many connections to a bare WebSocket server, s', one(figures.baseline / 1_000), ''],
    [
      'event-loop delay of the server, p50/p99/max ms',
      [delay.p50, delay.p99, delay.max].map(one).join(' / '),
      'p99 250',
    ],
    ...cpuRows(figures.cpu),
  ];
}

function runNowRows(figures: RunNowFigures): Row[] {
  const { withRedis, redisDown } = figures;
  return [
    ['command to program started, p50/p95/p99 ms', quantiles(figures), ''],
    ['started through Task Scheduler alone, p50 ms', one(figures.baseline), ''],
    ['with Redis, p50/p95/p99 ms', withRedis ? listed(withRedis) : 'no Redis here', ''],
    ['after Redis was stopped, p50/p95/p99 ms', redisDown ? listed(redisDown) : 'no Redis here', ''],
  ];
}

function cpuRows({ server, postgres, load }: CpuShares): Row[] {
  return [['CPU of server, Postgres, hosts, % of a core', [server, postgres, load].map(one).join(' / '), '']];
}

function quantiles({ p50Ms, p95Ms, p99Ms }: { p50Ms: number; p95Ms: number; p99Ms: number }): string {
  return listed({ p50: p50Ms, p95: p95Ms, p99: p99Ms });
}

function listed({ p50, p95, p99 }: Quantiles): string {
  return [p50, p95, p99].map(one).join(' / ');
}

function one(value: number | null): string {
  return value === null ? 'not measured here' : value.toFixed(1);
}

function hostCount(text: string): number {
  const value = positiveInteger(text);
  if (value >= 2 && value <= mostHosts) return value;
  throw new InvalidArgumentError(`Expected 2 to ${mostHosts}; that many a join token is good for.`);
}
