import { randomBytes } from 'node:crypto';
import type { CommandOrder } from '@carillon/contract/agent/command-messages';
import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { limits } from '@carillon/contract/limits';
import { chooseRepairs } from '@carillon/core/desired/repair';
import { makeProblem } from '@carillon/core/problem';
import { isFinalRun } from '@carillon/core/state/states';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField, invalidInput, notFound } from '../../http/api-error.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { AcceptedStore } from '../../store/accepted.store.js';
import { type CommandRow, CommandStore, type NewCommand } from '../../store/command.store.js';
import { RunStore } from '../../store/run.store.js';

type Summary = Response<typeof jobRoutes.command>;
type Order = Pick<CommandOrder, 'action' | 'jobId' | 'runId' | 'hostId'>;

/** Clocks of hosts differ a little; a command must not be early there. */
const clockSlackMs = 60_000;

/** Orders to hosts: signed here, delivered by whichever server holds the host's socket, expired when nobody takes them. */
@Injectable()
export class CommandsService {
  constructor(
    @Inject(CommandStore) private readonly commands: CommandStore,
    @Inject(RunStore) private readonly runs: RunStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** Starts a job now on the named hosts, or on all that should have it. */
  async run({ name, body }: Input<typeof jobRoutes.run>, author: string): Promise<Response<typeof jobRoutes.run>> {
    return { commands: await this.give(await this.ordersFor('run', name, body.hosts), author) };
  }

  /** Asks the named hosts of a job, or all where they are few, what a start would do. */
  async dryRun(
    { name, body }: Input<typeof jobRoutes.dryRun>,
    author: string,
  ): Promise<Response<typeof jobRoutes.dryRun>> {
    const orders = await this.ordersFor('dry_run', name, body.hosts);
    const { dryRunHosts } = limits;
    if (orders.length > dryRunHosts)
      throw invalidField('hosts', `at most ${dryRunHosts} hosts by name; the job has ${orders.length}`, undefined);
    return { commands: await this.give(orders, author) };
  }

  /**
   * Has hosts put the task of a job back as it is defined: those that are named, or all that are known to differ. It brings
   * nothing new to them, so neither a freeze nor a protected group stands against it; each agent judges it.
   */
  async repair(
    { name, body }: Input<typeof jobRoutes.repair>,
    author: string,
  ): Promise<Response<typeof jobRoutes.repair>> {
    const found = await this.commands.hostsOfJob(name, null);
    if (!found) throw notFound('job', name);
    const choice = chooseRepairs(found.hosts, body.hosts);
    if (!choice.ok) throw withoutJob(name, body.hosts ?? [], choice.unknown);
    if (choice.hosts.length === 0) return { commands: [] };
    const { jobId } = found;
    const orders = choice.hosts.map(({ id: hostId }): Order => ({ action: 'repair', jobId, runId: null, hostId }));
    return { commands: await this.give(orders, author, { jobId, job: name }) };
  }

  /** @throws ApiError when there is no such job, or a host that does not have it, or none that has */
  private async ordersFor(
    action: 'run' | 'dry_run',
    name: string,
    hosts: readonly string[] | undefined,
  ): Promise<Order[]> {
    const found = await this.commands.hostsOfJob(name, hosts ?? null);
    if (!found) throw notFound('job', name);
    const known = new Set(found.hosts.map((host) => host.name.toLowerCase()));
    const unknown = (hosts ?? []).flatMap((host, index) => (known.has(host.toLowerCase()) ? [] : [index]));
    if (unknown.length > 0) throw withoutJob(name, hosts ?? [], unknown);
    if (found.hosts.length === 0)
      throw new ApiError('conflict', `job ${name}: no host has it, so there is nothing to start`, { job: name });
    return found.hosts.map((host) => ({ action, jobId: found.jobId, runId: null, hostId: host.id }));
  }

  /** Ends a run that is under way, tree and all. */
  async stop(runId: string, author: string): Promise<Response<typeof runRoutes.stop>> {
    const run = await this.runs.byId(runId);
    if (!run) throw notFound('run', runId);
    if (isFinalRun(run.state))
      throw new ApiError('conflict', `run ${runId}: it has ended already (${run.state})`, { state: run.state });
    const [command] = await this.give([{ action: 'stop', jobId: run.jobId, runId, hostId: run.hostId }], author);
    return { commandId: (command as Summary).id };
  }

  async get(id: string): Promise<Summary> {
    const row = await this.commands.byId(id);
    if (!row) throw notFound('command', id);
    return { ...viewOf(row), answer: row.answer };
  }

  /** @param repaired the job whose tasks are put back: the audit keeps how they were */
  private async give(
    orders: readonly Order[],
    author: string,
    repaired?: { readonly jobId: string; readonly job: string },
  ): Promise<Summary[]> {
    const nowMs = Date.now();
    const full = orders.map((order) => fullOrder(order, nowMs));
    const signed = await this.accepted.orders(full);
    const commands = full.map((order, index): NewCommand => {
      const { commandId: id, action, jobId, runId, hostId, notAfter } = order;
      const { text, signature } = signed[index] as (typeof signed)[number];
      const times = { createdAtMs: nowMs, expiresAtMs: Date.parse(notAfter) };
      return { id, action, jobId, runId, hostId, text, signature, author, ...times };
    });
    await (repaired ? this.commands.addRepairs(commands, repaired) : this.commands.add(commands));
    this.hints.publish({ kind: 'command', hostIds: commands.map((command) => command.hostId) });
    return (await this.commands.byIds(commands.map((command) => command.id))).map(viewOf);
  }
}

/** @param unknown places of those in the list that do not have the job */
function withoutJob(job: string, hosts: readonly string[], unknown: readonly number[]): ApiError {
  return invalidInput(
    unknown.map((index) =>
      makeProblem(`hosts[${index}]`, 'unknown_reference', `a host that has the job ${job}`, hosts[index]),
    ),
  );
}

function fullOrder(order: Order, nowMs: number): CommandOrder {
  return {
    kind: 'carillon/command/v1',
    commandId: makeUuid7(nowMs, randomBytes(10)),
    ...order,
    notBefore: new Date(nowMs - clockSlackMs).toISOString(),
    notAfter: new Date(nowMs + limits.commandLifeMs).toISOString(),
  };
}

function viewOf({ createdAt, expiresAt, ...row }: CommandRow): Summary {
  return { ...row, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
