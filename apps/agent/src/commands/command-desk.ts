import type { Body } from '@carillon/contract/agent/catalog';
import { type CommandOrder, commandOrder } from '@carillon/contract/agent/command-messages';
import type { RepairOutcome } from '@carillon/core/desired/repair';
import type { PolicyVerdict } from '@carillon/core/policy/host-policy';
import type { DryRunVerdict } from '@carillon/core/run/dry-run';
import { type Refusal, refuse } from '@carillon/core/signing/refusal';
import { judgeSignature, type Trust } from '@carillon/core/signing/verify';
import { unreachable } from '@carillon/core/state/states';
import type { CommandText } from '@carillon/core/text/host-fault-texts';
import type { Log } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import type { StartTicket } from '../runner/start-reason.js';
import { signerOf } from '../sync/verify-desired.js';
import type { CommandJournal, CommandResult } from './command-journal.js';

export type Done =
  | { readonly ok: true }
  /** `isUnknown`: it may have happened or not. */
  | { readonly ok: false; readonly isUnknown?: true; readonly code: string; readonly message: string };

/** What the host says that a start would do. */
export type Foretold =
  | { readonly ok: true; readonly verdict: DryRunVerdict; readonly answer: string }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly answer?: string };

/** What became of a task that was to be put back. */
export type PutBack =
  | { readonly ok: true; readonly outcome: RepairOutcome }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** What commands do on the host. */
export interface CommandWork {
  /** Starts a registered job; done when its runner has taken the ticket. */
  start(jobId: string, ticket: StartTicket): Promise<Done>;
  /** Ends a run; done when its runner has come to its end. */
  stop(runId: string): Promise<Done>;
  /** Says what a start of a registered job would do now, and changes nothing. */
  dryRun(jobId: string): Promise<Foretold>;
  /** Puts the task of a registered job back as the job says, as the host has it; done twice it changes nothing. */
  repair(jobId: string, commandId: string): Promise<PutBack>;
}

export interface CommandFacts extends Trust {
  readonly agentId: string;
  /** What the host's own policy says of an order; absent where there is none. */
  readonly judge?: (action: CommandOrder['action']) => PolicyVerdict;
}

/** Results younger than this are told again after a reconnect: the message may have been lost with its socket. */
const retellMs = 3_600_000;
const retellCount = 200;
/** Answers of dry runs that are kept for it; each may be as long as a frame allows. */
const keptAnswers = 16;

/** Commands of the centre, each at most once, journaled before it is acted on. */
export class CommandDesk {
  private tell: ((result: CommandResult) => void) | undefined;
  private refused: ((body: Body<'trust.refused'>) => void) | undefined;
  /** Server's clock minus ours; a host with a wrong clock still obeys the life of a command. */
  private skewMs = 0;
  private readonly lines = new Map<string, Promise<void>>();
  /** Dry runs change nothing, so they are not journaled: after a crash one may be made twice, and nobody is wrong. */
  private readonly answers = new Map<string, { readonly result: CommandResult; readonly atMs: number }>();

  constructor(
    private readonly facts: () => CommandFacts,
    private readonly journal: CommandJournal,
    private readonly work: CommandWork,
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {
    // Accepted and no outcome: the agent died in between. It is not known whether the act happened, so it is not repeated.
    for (const { result } of journal.entries()) {
      if (result.state !== 'accepted') continue;
      journal.note(
        {
          ...result,
          state: 'indeterminate',
          code: 'agent_restarted',
          message: 'the agent ended between accepting the command and knowing its outcome' satisfies CommandText,
        },
        now(),
      );
    }
  }

  /** @param refused told of what is not obeyed; absent where the centre would not understand it */
  attach(
    tell: (result: CommandResult) => void,
    serverTimeMs: number,
    refused?: (body: Body<'trust.refused'>) => void,
  ): void {
    this.tell = tell;
    this.refused = refused;
    this.skewMs = serverTimeMs - this.now();
    const since = this.now() - retellMs;
    const isRecent = ({ atMs }: { readonly atMs: number }) => atMs >= since;
    for (const { result } of this.journal.entries().filter(isRecent).slice(-retellCount)) tell(result);
    for (const { result } of [...this.answers.values()].filter(isRecent)) tell(result);
  }

  detach(): void {
    this.tell = undefined;
    this.refused = undefined;
  }

  /** Commands on one job or run are carried out one after the other; dry runs, of whatever jobs, too. */
  onCommand(body: Body<'command'>): void {
    const read = this.read(body);
    if (!read.ok) {
      const { code, message } = read;
      this.log.warn('refused a command', { code, message });
      this.refused?.({ what: 'command', code, message });
      return;
    }
    const { order } = read;
    const known = this.journal.find(order.commandId) ?? this.answers.get(order.commandId);
    if (known) {
      this.tell?.(known.result);
      return;
    }
    const key = order.action === 'dry_run' ? order.action : (order.runId ?? order.jobId);
    const line = (this.lines.get(key) ?? Promise.resolve())
      .then(() => this.carryOut(order))
      .catch((error: unknown) => this.log.warn('a command failed', { error: String(error) }));
    this.lines.set(key, line);
    void line.then(() => this.lines.get(key) === line && this.lines.delete(key));
  }

  private read({ text, signature }: Body<'command'>): { ok: true; order: CommandOrder } | Refusal {
    const facts = this.facts();
    const signed = judgeSignature(
      { context: 'carillon/v1/command', text, signature },
      facts,
      'command',
      signerOf(text),
    );
    if (!signed.ok) return signed;
    const parsed = commandOrder.safeParse(parseJson(text));
    if (!parsed.success)
      return refuse(
        'bad_index',
        `command.${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`,
      );
    if (parsed.data.hostId !== facts.agentId)
      return refuse('wrong_host', `command: made for host ${parsed.data.hostId}`);
    return { ok: true, order: parsed.data };
  }

  private async carryOut(order: CommandOrder): Promise<void> {
    const { commandId, action } = order;
    if (this.journal.find(commandId) ?? this.answers.get(commandId)) return;
    const serverNowMs = this.now() + this.skewMs;
    if (serverNowMs > Date.parse(order.notAfter)) return this.note({ commandId, state: 'expired' });
    if (serverNowMs < Date.parse(order.notBefore))
      return this.note({
        commandId,
        state: 'rejected',
        code: 'too_early',
        message: `not before ${order.notBefore}` satisfies CommandText,
      });
    const allowed = this.facts().judge?.(action);
    if (allowed && !allowed.ok)
      return this.note({ commandId, state: 'rejected', code: allowed.code, message: allowed.message.slice(0, 2_000) });
    switch (action) {
      case 'dry_run':
        return this.foretell(order);
      case 'run':
      case 'stop':
        return this.act(order, action);
      case 'repair':
        return this.repair(order);
      default:
        return unreachable(action);
    }
  }

  private async act({ commandId, jobId, ...order }: CommandOrder, action: 'run' | 'stop'): Promise<void> {
    const runId = action === 'run' ? newId(this.now()) : order.runId;
    if (runId === null)
      return this.note({
        commandId,
        state: 'rejected',
        code: 'bad_command',
        message: 'stop: which run?' satisfies CommandText,
      });
    this.note({ commandId, state: 'accepted', runId });
    try {
      const done =
        action === 'run'
          ? await this.work.start(jobId, { commandId, runId, expiresAtMs: this.now() + 60_000 })
          : await this.work.stop(runId);
      if (done.ok) return this.note({ commandId, state: 'done', runId });
      const state = done.isUnknown ? 'indeterminate' : 'rejected';
      this.note({ commandId, state, runId, code: done.code, message: done.message.slice(0, 2_000) });
    } catch (error) {
      // It may have happened or not; nobody may be left waiting for the answer.
      const message = String(error).slice(0, 2_000);
      this.note({ commandId, state: 'indeterminate', runId, code: 'internal', message });
    }
  }

  /** Journaled, though it may be done twice: after a crash somebody is told at once that it is not known, and asks again. */
  private async repair({ commandId, jobId }: CommandOrder): Promise<void> {
    this.note({ commandId, state: 'accepted' });
    try {
      const done = await this.work.repair(jobId, commandId);
      if (done.ok) return this.note({ commandId, state: 'done', code: done.outcome });
      this.note({ commandId, state: 'rejected', code: done.code, message: done.message.slice(0, 2_000) });
    } catch (error) {
      this.note({ commandId, state: 'rejected', code: 'internal', message: String(error).slice(0, 2_000) });
    }
  }

  private async foretell({ commandId, jobId }: CommandOrder): Promise<void> {
    this.say({ commandId, state: 'accepted' });
    try {
      const told = await this.work.dryRun(jobId);
      if (told.ok) return this.say({ commandId, state: 'done', code: told.verdict, answer: told.answer });
      const answer = told.answer ? { answer: told.answer } : {};
      this.say({ commandId, state: 'rejected', code: told.code, message: told.message.slice(0, 2_000), ...answer });
    } catch (error) {
      this.say({ commandId, state: 'rejected', code: 'internal', message: String(error).slice(0, 2_000) });
    }
  }

  /** As `note`, of what leaves nothing on disk. */
  private say(result: CommandResult): void {
    this.answers.delete(result.commandId);
    this.answers.set(result.commandId, { result, atMs: this.now() });
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= keptAnswers) break;
      this.answers.delete(oldest);
    }
    this.tell?.(result);
    const { answer: _, ...rest } = result;
    this.log.info('command', rest);
  }

  private note(result: CommandResult): void {
    this.journal.note(result, this.now());
    this.tell?.(result);
    this.log.info('command', result);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
