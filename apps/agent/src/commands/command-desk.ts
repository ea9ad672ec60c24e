import type { Body } from '@carillon/contract/agent/catalog';
import { type CommandOrder, commandOrder } from '@carillon/contract/agent/command-messages';
import type { PolicyVerdict } from '@carillon/core/policy/host-policy';
import { type Refusal, refuse } from '@carillon/core/signing/refusal';
import { judgeSignature, type Trust } from '@carillon/core/signing/verify';
import type { Log } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import type { StartTicket } from '../runner/start-reason.js';
import { signerOf } from '../sync/verify-desired.js';
import type { CommandJournal, CommandResult } from './command-journal.js';

export type Done =
  | { readonly ok: true }
  /** `isUnknown`: it may have happened or not. */
  | { readonly ok: false; readonly isUnknown?: true; readonly code: string; readonly message: string };

/** What commands do on the host. */
export interface CommandWork {
  /** Starts a registered job; done when its runner has taken the ticket. */
  start(jobId: string, ticket: StartTicket): Promise<Done>;
  /** Ends a run; done when its runner has come to its end. */
  stop(runId: string): Promise<Done>;
}

export interface CommandFacts extends Trust {
  readonly agentId: string;
  /** What the host's own policy says of an order; absent where there is none. */
  readonly judge?: (action: CommandOrder['action']) => PolicyVerdict;
}

/** Results younger than this are told again after a reconnect: the message may have been lost with its socket. */
const retellMs = 3_600_000;
const retellCount = 200;

/** Commands of the centre, each at most once, journaled before it is acted on. */
export class CommandDesk {
  private tell: ((result: CommandResult) => void) | undefined;
  private refused: ((body: Body<'trust.refused'>) => void) | undefined;
  /** Server's clock minus ours; a host with a wrong clock still obeys the life of a command. */
  private skewMs = 0;
  private readonly lines = new Map<string, Promise<void>>();

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
          message: 'the agent ended between accepting the command and knowing its outcome',
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
    for (const { result } of this.journal
      .entries()
      .filter((entry) => entry.atMs >= since)
      .slice(-retellCount))
      tell(result);
  }

  detach(): void {
    this.tell = undefined;
    this.refused = undefined;
  }

  /** Commands on one job or run are carried out one after the other. */
  onCommand(body: Body<'command'>): void {
    const read = this.read(body);
    if (!read.ok) {
      const { code, message } = read;
      this.log.warn('refused a command', { code, message });
      this.refused?.({ what: 'command', code, message });
      return;
    }
    const { order } = read;
    const known = this.journal.find(order.commandId);
    if (known) {
      this.tell?.(known.result);
      return;
    }
    const key = order.runId ?? order.jobId;
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
    const { commandId, action, jobId } = order;
    if (this.journal.find(commandId)) return;
    const serverNowMs = this.now() + this.skewMs;
    if (serverNowMs > Date.parse(order.notAfter)) return this.note({ commandId, state: 'expired' });
    if (serverNowMs < Date.parse(order.notBefore))
      return this.note({ commandId, state: 'rejected', code: 'too_early', message: `not before ${order.notBefore}` });
    const runId = action === 'run' ? newId(this.now()) : order.runId;
    if (runId === null)
      return this.note({ commandId, state: 'rejected', code: 'bad_command', message: 'stop: which run?' });
    const allowed = this.facts().judge?.(action);
    if (allowed && !allowed.ok)
      return this.note({ commandId, state: 'rejected', code: allowed.code, message: allowed.message.slice(0, 2_000) });
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
