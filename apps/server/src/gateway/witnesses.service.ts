import type { Body } from '@carillon/contract/agent/catalog';
import { findKept } from '@carillon/core/audit/chain-watch';
import { type SignedEnd, signEndEveryMs, verifiedEnd } from '@carillon/core/audit/witness';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { StateLog } from '../queue/state-log.js';
import { acceptedMs } from '../shared/audit-end.js';
import { Signer } from '../shared/signer.js';
import { isRefusal } from '../shared/signing/signer-requests.js';
import { WitnessDesk, type WitnessHost } from '../shared/witness-desk.js';
import { AuditCheckStore } from '../store/audit-check.store.js';
import type { AgentLink } from './agent-link.js';
import { OpenQuestions } from './open-questions.js';
import { SocketRegistry } from './socket-registry.js';

/** What an agent must be able to do to be told ends of the audit. */
const capability = 'audit-witness';
/** And to be asked what it keeps. */
const keptCapability = 'audit-kept';
/** After which an agent that was asked counts as silent. */
const answerMs = 5_000;

/** Has the end of the audit's chain signed, tells it to agents, and looks whether what they kept is still in the chain. */
@Injectable()
export class Witnesses {
  private readonly logger = new Logger('Audit');
  private readonly state = new StateLog('Signed ends of the audit');
  private end: SignedEnd | undefined;
  private endedMs = Number.NEGATIVE_INFINITY;
  private looking: Promise<void> | undefined;
  private readonly questions = new OpenQuestions<AgentLink, Body<'audit.kept'>>(answerMs);

  constructor(
    @Inject(Signer) private readonly signer: Signer,
    @Inject(AuditCheckStore) private readonly checks: AuditCheckStore,
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(CONFIG) private readonly config: Pick<Config, 'dataFolder'>,
    @Inject(WitnessDesk) desk: WitnessDesk,
  ) {
    desk.open(() => this.registry.all().map((link) => this.hostOf(link)));
  }

  tell(link: AgentLink): void {
    if (this.end && link.capabilities.includes(capability)) link.send('audit.end', this.end);
  }

  /** Signs a newer end when it is time, and tells all. Never throws. */
  look(nowMs: number): Promise<void> {
    if (nowMs - this.endedMs < signEndEveryMs) return Promise.resolve();
    this.looking ??= this.sign(nowMs)
      .then(
        () => this.state.works(),
        (error: unknown) => this.state.fails(error),
      )
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  /** An agent says what it had kept. What no key of ours signed says nothing about us. */
  async noteSeen(link: AgentLink, seen: Body<'audit.seen'>): Promise<void> {
    const end = verifiedEnd(seen, this.signer.trust.trusted);
    // What was signed before somebody took the chain as it is, as after restoring a backup, is not missed.
    if (!end || end.atMs < acceptedMs(this.config.dataFolder)) return;
    const problem = findKept(end, await this.checks.hashOf(end.seq));
    if (!problem) return;
    const text = `${problem.text}; host ${link.name} keeps it signed`;
    if (!(await this.checks.miss({ ...problem, text, witness: link.name }, Date.now()))) return;
    this.logger.error(`row ${problem.seq} of the audit: ${text}`);
    this.nudge.nudge();
  }

  /** An agent says all that it keeps, since it was asked. */
  noteKept(link: AgentLink, kept: Body<'audit.kept'>): void {
    this.questions.settle(link, kept);
  }

  private hostOf(link: AgentLink): WitnessHost {
    const ask = () => this.questions.ask(link, () => link.send('audit.ask', {}));
    return { host: link.name, ask: link.capabilities.includes(keptCapability) ? ask : undefined };
  }

  /** Only what was checked, and fits, is signed. */
  private async sign(nowMs: number): Promise<void> {
    const head = await this.checks.soundHead();
    if (!head || head.seq === 0) return;
    const answer = await this.signer.ask('auditEnd', { head, atMs: nowMs });
    if (isRefusal(answer)) throw new Error(answer.message);
    this.end = answer;
    this.endedMs = nowMs;
    for (const link of this.registry.all()) this.tell(link);
  }
}
