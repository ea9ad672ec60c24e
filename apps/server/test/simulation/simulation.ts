import { createHash } from 'node:crypto';
import { newId } from '@carillon/agent/lib/new-id';
import { canonicalJson, sha256Hex } from '@carillon/core/desired/canonical-json';
import { asJson, type Manifest } from '@carillon/core/job/job-spec';
import { Logger } from '@nestjs/common';
import { compareCommands, compareRuns, unrest } from './checks.js';
import { Database, type DatabaseMood } from './database.js';
import { type Centre, GatewayProcess, HintBus } from './gateway.js';
import { HostMachine } from './host.js';
import { Ledger } from './ledger.js';
import { makeCommand, makeManifest } from './manifests.js';
import { type End, Network, type Wire } from './network.js';
import type { Outcome, SimulationOptions, Trouble } from './options.js';
import { takeOverClock } from './platform/clock.js';
import { unmountAll } from './platform/fs.js';
import { keyId, makeKeyPair, signText } from './platform/signing.js';
import { setNetwork } from './platform/ws.js';
import { maintain } from './stores.js';
import { setWorld, World } from './world.js';

/**
 * # A simulation of agents, servers and their database, from one seed
 *
 * What runs here is the product: the agent's link, sender, event log, collector, spool keeper, command desk and journal,
 * desired sync and cache; the server's whole gateway with its door, handshake, batchers and deliveries, put together by
 * its own declarations of what it needs. Nothing of it is rewritten for the simulation, and nothing has to be passed in:
 * what lies below it is replaced instead (`platform/`): `node:fs`, `ws`, clocks and timers, chance, ids, signatures. That
 * was chosen over ports in every class, since code that is added tomorrow is then simulated too, or fails loudly, and the
 * classes stay as plain as they are.
 *
 * Promises need no rewriting either. All that is asynchronous goes through `World`: one step is one thing that happens to
 * one process, together with all that its promises carry on with before anything else happens. Steps come in order of
 * virtual time; the order in which V8 runs the jobs of one step is fixed. So a seed is a history, always the same.
 *
 * - **Network** (`network.ts`): connections that deliver a prefix and are cut, half-open ones, slow ones; each keeps its own
 *   order, and the frames of an old one may come after those of a new one.
 * - **Disk** (`disk.ts`): a process may die at, or in the middle of, any change; a power cut takes what was not flushed and
 *   tears tails; it fills up; a virtual machine goes back to a snapshot.
 * - **Database** (`database.ts`, `stores.ts`): transactions at one moment or not at all, refused, slow, or of unknown
 *   outcome. They decide by the server's own plan functions; what the real stores say in SQL is said again here, and
 *   `stores.test.ts` holds both together on real Postgres.
 * - **Hosts** (`host.ts`, `runner.ts`): a Task Scheduler that takes its time and refuses, runners that die; they write the
 *   real runner's files in its order, with a wait for a program. The ledger (`ledger.ts`) knows what truly happened.
 *
 * Looked at while it runs: an ack is of what is committed and never goes back; nothing leaves an event log before it is
 * committed; no event counts twice; no command is carried out that is not in the journal; nobody dies of an exception.
 * And when all is mended and quiet: every run is recorded once, as it was (or as a fault excuses); no command was carried
 * out twice, and none that was is called expired; Task Scheduler, cache and centre agree on what is registered; nothing
 * waits. `mutants.ts` breaks these promises one by one, and each must be found.
 *
 * Not in it: enrolment, inventory, upgrades, drift, triggers, several addresses, copies of hosts, output beyond one piece.
 */

const troubleMs = { least: 6_000, most: 30_000 };
const quietLimitMs = 25 * 60_000;

/** One history: hosts, two servers and a database under faults, then quiet, then the books are compared. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const here = new World(seed, options.trace);
  setWorld(here);
  const giveBack = takeOverClock();
  const mend = options.mutate?.();
  // Errors are part of the play here, and most of them nobody reads.
  const { stackTraceLimit } = Error;
  if (!options.trace) Error.stackTraceLimit = 0;
  Logger.overrideLogger(options.trace ? nestLogger(here) : false);
  try {
    return await new Simulation(here, seed, options.only).run();
  } finally {
    mend?.();
    Error.stackTraceLimit = stackTraceLimit;
    giveBack();
    setWorld(undefined);
    setNetwork(undefined);
    unmountAll();
  }
}

function nestLogger(here: World) {
  const tell = (message: unknown) => here.tell(() => String(message));
  return { log: tell, warn: tell, error: tell, debug: tell };
}

class Simulation {
  private readonly wrong: string[] = [];
  private readonly network: Network;
  private readonly database: Database;
  private readonly ledger = new Ledger();
  private readonly hints = new HintBus();
  private readonly hosts: HostMachine[] = [];
  private readonly gateways: (GatewayProcess | undefined)[] = [undefined, undefined];
  private readonly clocks = [0, 0];
  private readonly centre: Centre;
  private readonly digest = createHash('sha256');
  /** By job: its newest manifest, or none when it is deleted. */
  private readonly jobs = new Map<string, Manifest>();
  private readonly signerKeys = makeKeyPair();
  private isTroubled = true;
  /** Newest confirmed number by session and epoch. */
  private readonly acks = new Map<string, number>();

  constructor(
    private readonly here: World,
    private readonly seed: number,
    private readonly only?: readonly Trouble[],
  ) {
    this.network = new Network(here);
    setNetwork(this.network);
    this.database = new Database(
      here,
      (what) => this.violation(what),
      (hostId) => this.ledger.wentBack.has(hostId),
    );
    this.network.note = (_wire, from, frame) => {
      if (frame.kind === 'data' && !frame.isBinary) this.look(from, frame.data.toString('utf8'));
    };
    const signer = {
      publicKey: this.signerKeys.publicKey,
      sign: (context: string, text: string) => signText(this.signerKeys.privateKey, context, text),
    };
    this.centre = { database: this.database, network: this.network, hints: this.hints, signer };
    here.onUncaught = (process, error) => {
      if (!process) throw error;
      this.violation(`${process.name} dies of ${error instanceof Error ? error.stack : error}`);
    };
  }

  async run(): Promise<Outcome> {
    const { here } = this;
    for (let index = 0; index < 1 + here.random.below(2); index += 1) this.addHost(index);
    for (let index = 0; index < 1 + here.random.below(3); index += 1) this.putJob();
    this.startGateway(0);
    this.startGateway(1);
    for (const host of this.hosts) host.startAgent();
    this.every(3_000, () => maintain(this.database.tables, here.trueMs));
    this.plan();
    const untilMs = here.random.between(troubleMs.least, troubleMs.most);
    while (here.elapsedMs < untilMs && this.wrong.length === 0) await here.pass(1_000);
    this.calm();
    let left = ['nothing was looked at'];
    for (let waitedMs = 0; waitedMs < quietLimitMs && left.length > 0 && this.wrong.length === 0; waitedMs += 1_000) {
      await here.pass(1_000);
      left = unrest(this.database.tables, this.hosts);
    }
    // What was wrong on the way needs no further proof.
    if (this.wrong.length === 0) {
      const { tables } = this.database;
      this.wrong.push(...left.map((line) => `never quiet: ${line}`));
      this.wrong.push(...compareRuns(tables, this.ledger), ...compareCommands(tables, this.ledger));
    }
    return {
      seed: this.seed,
      wrong: this.wrong,
      steps: here.steps,
      runs: this.ledger.runs.size,
      commands: this.database.tables.commands.size,
      virtualMs: here.elapsedMs,
      fingerprint: this.digest.digest('hex').slice(0, 16),
    };
  }

  private violation(what: string): void {
    this.here.tell(() => `WRONG: ${what}`);
    this.wrong.push(`${(this.here.elapsedMs / 1_000).toFixed(3)} s: ${what}`);
  }

  /** Every text frame, as it leaves its sender. */
  private look(from: End, text: string): void {
    this.digest.update(`${this.here.trueMs} ${text}`);
    this.here.tell(() => `${from.side === 'agent' ? '→' : '←'} ${text.slice(0, 400)}`);
    if (from.side !== 'server' || !text.includes('"t":"ack"')) return;
    const { body } = JSON.parse(text) as { body: { epoch: number; upToSeq: number } };
    const hostId = this.hostOf(from);
    const session = this.database.tables.sessions.get(hostId);
    if (!session) return;
    const confirmed = session.epoch === body.epoch ? session.ackedSeq : Number.POSITIVE_INFINITY;
    if (session.epoch < body.epoch || body.upToSeq > confirmed)
      this.violation(`ack of ${body.epoch}/${body.upToSeq}, committed is ${session.epoch}/${session.ackedSeq}`);
    const key = `${this.ends.indexOf(from)}/${body.epoch}`;
    const before = this.acks.get(key) ?? 0;
    if (body.upToSeq < before) this.violation(`ack goes back from ${before} to ${body.upToSeq} in epoch ${body.epoch}`);
    this.acks.set(key, body.upToSeq);
  }

  private readonly ends: End[] = [];

  private hostOf(end: End): string {
    if (!this.ends.includes(end)) this.ends.push(end);
    const owner = end.wire?.agent.owner;
    return this.hosts.find(({ name }) => name === owner?.name)?.hostId ?? '';
  }

  private addHost(index: number): void {
    const { here } = this;
    const pair = makeKeyPair();
    const hostId = newId();
    const name = `host-${index + 1}`;
    this.database.tables.addHost({ id: hostId, name, publicKey: pair.publicKey, fingerprint: sha256Hex(name) });
    const identity = {
      ...pair,
      keyId: keyId(pair.publicKey, sha256Hex),
      agentId: hostId,
      name,
      signerKeys: [this.signerKeys.publicKey],
    } as unknown as ConstructorParameters<typeof HostMachine>[3];
    this.hosts.push(
      new HostMachine(here, hostId, name, identity, {
        network: this.network,
        ledger: this.ledger,
        signerKey: this.signerKeys.publicKey,
        isCommitted: (eventId) => this.database.committed.has(eventId),
        violation: (what) => this.violation(what),
      }),
    );
  }

  private startGateway(place: number): void {
    this.gateways[place] = new GatewayProcess(`server-${place + 1}`, this.centre, () => this.clocks[place] ?? 0);
  }

  private every(ms: number, act: () => void): void {
    const { here } = this;
    const again = () => {
      act();
      here.after(ms * here.random.between(0.5, 1.5), undefined, again);
    };
    here.after(ms * here.random.next(), undefined, again);
  }

  /** While there is trouble. */
  private often(ms: number, act: () => void): void {
    this.every(ms, () => this.isTroubled && act());
  }

  /** What goes wrong, and how often: each seed has a few kinds of trouble of its own. */
  private plan(): void {
    const { here, hosts } = this;
    const { random } = here;
    const host = () => random.pick(hosts);
    this.often(random.between(500, 2_500), () => host().fire());
    this.often(random.between(1_000, 5_000), () => this.order());
    this.often(random.between(2_000, 12_000) / (this.only ? 2 : 1), () => this.putJob());
    const kinds: Record<Trouble, [number, () => void]> = {
      wires: [random.between(700, 5_000), () => this.cutWire()],
      network: [10_000, () => this.breakNetwork()],
      agents: [random.between(2_000, 9_000), () => host().loseAgent()],
      writes: [random.between(2_000, 9_000), () => host().loseAgentSoon(random.chance(0.5))],
      power: [random.between(4_000, 20_000), () => host().cutPower()],
      runners: [random.between(2_000, 10_000), () => host().killRunner()],
      servers: [random.between(2_000, 10_000), () => this.killGateway(random.chance(0.3))],
      database: [random.between(2_000, 10_000), () => this.spoilDatabase()],
      repeats: [random.between(2_000, 6_000), () => this.orderAgain()],
      disks: [random.between(3_000, 12_000), () => this.fillDisk(host())],
      clocks: [random.between(3_000, 15_000), () => this.moveClock(host())],
      snapshots: [5_000, () => (random.chance(0.5) ? host().takeImage() : host().restoreImage())],
    };
    for (const [kind, [ms, act]] of Object.entries(kinds) as [Trouble, [number, () => void]][])
      if (this.only ? this.only.includes(kind) : random.chance(0.5)) this.often(this.only ? ms / 2 : ms, act);
  }

  private cutWire(): void {
    const { random } = this.here;
    const wires = [...this.network.wires];
    if (wires.length === 0) return;
    const wire: Wire = random.pick(wires);
    const told = random.pick([
      { agent: true, server: true },
      { agent: true, server: false },
      { agent: false, server: true },
      { agent: false, server: false },
    ]);
    this.here.tell(() => `cut ${wire.agent.owner?.name} - ${wire.server.owner?.name} ${JSON.stringify(told)}`);
    // An agent that hangs up while what it sent is still on its way: the server hears of it later.
    if (told.agent && random.chance(0.5)) this.here.after(0, wire.agent.owner, () => wire.agent.terminate());
    else wire.cut(told);
  }

  private killGateway(orderly: boolean): void {
    const place = this.here.random.below(2);
    const gateway = this.gateways[place];
    if (!gateway) return;
    this.here.tell(() => `${gateway.process.name} ${orderly ? 'is asked to stop' : 'is killed'}`);
    this.gateways[place] = undefined;
    if (orderly) gateway.drain();
    else gateway.kill();
    this.here.after(this.here.random.between(300, 8_000), undefined, () => {
      gateway.kill();
      this.startGateway(place);
    });
  }

  private spoilDatabase(): void {
    const { random } = this.here;
    const mood = random.pick<DatabaseMood>(['away', 'failing', 'failing', 'slow']);
    this.here.tell(() => `the database is ${mood}`);
    this.database.mood = mood;
    this.here.after(random.between(300, 6_000), undefined, () => {
      this.database.mood = 'well';
    });
  }

  private fillDisk({ disk, name }: HostMachine): void {
    const { random } = this.here;
    this.here.tell(() => `${name}: the disk is full`);
    disk.capacityBytes = disk.usedBytes + random.below(2_000);
    this.here.after(random.between(1_000, 8_000), undefined, () => {
      disk.capacityBytes = Number.POSITIVE_INFINITY;
    });
  }

  private moveClock(host: HostMachine): void {
    const { random } = this.here;
    const byMs = random.pick([random.between(-5_000, 5_000), random.between(-600_000, 600_000)]);
    this.here.tell(() => `${host.name}: its clock goes ${Math.round(byMs)} ms`);
    host.clockAheadMs += byMs;
    if (random.chance(0.2)) this.clocks[random.below(2)] = random.between(-30_000, 30_000);
  }

  private breakNetwork(): void {
    const { random } = this.here;
    const victim = random.pick(this.hosts);
    this.network.isDown = (process) => process.name === victim.name;
    for (const wire of this.network.wires)
      if (wire.agent.owner?.name === victim.name) wire.cut({ agent: false, server: false });
    this.here.after(random.between(2_000, 30_000), undefined, () => {
      this.network.isDown = () => false;
    });
  }

  /** A job is made, changed, or deleted. */
  private putJob(): void {
    const { random } = this.here;
    const { tables } = this.database;
    const known = [...this.jobs.values()];
    const old = known.length > 0 && random.chance(0.6) ? random.pick(known) : undefined;
    if (old && known.length > 1 && random.chance(0.3)) {
      this.here.tell(() => `job ${old.jobId} is deleted`);
      this.jobs.delete(old.jobId);
      for (const { hostId } of this.hosts) tables.assign(hostId, old.jobId, null);
    } else if (old || known.length < 4) {
      const manifest = makeManifest(old?.jobId ?? newId(), (old?.version ?? 0) + 1);
      this.here.tell(() => `job ${manifest.jobId} is now v${manifest.version}`);
      this.jobs.set(manifest.jobId, manifest);
      const text = canonicalJson(asJson(manifest));
      const manifestHash = sha256Hex(text);
      tables.manifests.set(manifestHash, { text, signature: this.centre.signer.sign('carillon/v1/manifest', text) });
      const { jobId, version } = manifest;
      for (const { hostId } of this.hosts) tables.assign(hostId, jobId, { jobId, version, manifestHash });
    }
    this.hints.publish({ kind: 'desired', hostIds: this.hosts.map(({ hostId }) => hostId) });
  }

  /** Somebody says: run it now, or stop it. */
  private order(): void {
    const { here, database } = this;
    const { random } = here;
    const { hostId } = random.pick(this.hosts);
    const underWay = this.ledger.of(hostId).filter(({ endedMs }) => endedMs === null);
    const stopped = underWay.length > 0 && random.chance(0.3) ? random.pick(underWay) : undefined;
    const jobId = stopped?.jobId ?? [...this.jobs.keys()][0] ?? newId();
    const id = newId();
    const expiresMs = here.trueMs + random.pick([1_500, 5_000, 12_000]);
    here.tell(() => `command ${id}: ${stopped ? `stop ${stopped.runId}` : `run ${jobId}`}`);
    const order = { id, hostId, jobId, runId: stopped?.runId ?? null, expiresMs };
    database.tables.commands.set(id, makeCommand(order, here.trueMs - 60_000, this.centre.signer));
    this.hints.publish({ kind: 'command', hostIds: [hostId] });
  }

  /** A command that was handed out is handed out once more, as by a database that forgot. */
  private orderAgain(): void {
    const { here, database } = this;
    const handedOut = [...database.tables.commands.values()].filter(
      ({ state, expiresMs }) => state !== 'queued' && state !== 'expired' && expiresMs > here.trueMs,
    );
    if (handedOut.length === 0) return;
    const command = here.random.pick(handedOut);
    here.tell(() => `command ${command.id} is handed out again`);
    this.ledger.forgotten.add(command.id);
    Object.assign(command, { state: 'queued', code: null });
  }

  /** Everything is mended, and nothing new goes wrong. */
  private calm(): void {
    this.here.tell(() => 'from here on all is well');
    this.isTroubled = false;
    this.hints.lossy = false;
    this.database.mood = 'well';
    this.network.isDown = () => false;
    for (const host of this.hosts) {
      host.disk.capacityBytes = Number.POSITIVE_INFINITY;
      host.scheduler.isMoody = false;
      host.isRough = false;
      if (host.agent) host.agent.mount.lastChanges = Number.POSITIVE_INFINITY;
    }
  }
}
