import { bucketOf } from '@carillon/core/alert/deliver/bucket-of';
import { logReason } from '@carillon/core/alert/log-reasons';
import type { Reason } from '@carillon/core/alert/reason';
import {
  beginStep,
  endStep,
  hearNews,
  type StepResult,
  seeIncident,
  withSettings,
} from '@carillon/core/alert/ticket/after-step';
import { decideTicket } from '@carillon/core/alert/ticket/decide-ticket';
import { type TakenIn, takeIn } from '@carillon/core/alert/ticket/take-in';
import type { TicketIncident, TicketLink } from '@carillon/core/alert/ticket/ticket-link';
import type { TicketStep } from '@carillon/core/alert/ticket/ticket-step';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { HintedLoop, type Round } from '../../queue/hinted-loop.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { describeError } from '../../queue/state-log.js';
import type { AlertLogEntry } from '../../store/alert-log.js';
import { RateBucketStore } from '../../store/rate-bucket.store.js';
import { type DueTicket, TicketLinkStore } from '../../store/ticket-link.store.js';
import { TicketSystemStore } from '../../store/ticket-system.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { IncidentActions } from '../incident-actions.js';
import { carryOut } from './carry-out.js';
import { draftOf } from './ticket-draft.js';
import { TicketError } from './ticket-system.js';
import { longestStepMs, type TicketChannel, TicketSystems } from './ticket-systems.js';

const perClaim = 20;

interface Attempt {
  readonly result: StepResult;
  /** What went out, as it was written down before. */
  readonly begun: TicketLink;
  readonly taken: TakenIn | null;
}

/** Brings tickets to what their incidents are, and incidents to what people did to their tickets, one step at a time. */
@Injectable()
export class TicketWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: HintedLoop;

  constructor(
    @Inject(TicketLinkStore) private readonly links: TicketLinkStore,
    @Inject(TicketSystemStore) private readonly states: TicketSystemStore,
    @Inject(TicketSystems) private readonly systems: TicketSystems,
    @Inject(IncidentActions) private readonly acts: IncidentActions,
    @Inject(HINTS) hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) { pollMs }: Pick<Config, 'pollMs'>,
    @Inject(RateBucketStore) private readonly rates: RateBucketStore,
  ) {
    const round = () => this.round();
    this.loop = new HintedLoop({ subject: 'Tickets', hints: { from: hints, kind: 'tickets' }, pollMs, clock, round });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** One step for every ticket that is due. @returns how many there were */
  async work(): Promise<number> {
    const due = await this.links.claim(perClaim, this.clock(), 2 * longestStepMs);
    if (due.length === 0) return 0;
    const channels = await this.systems.channels();
    await Promise.all(
      due.map(async (ticket, index) => {
        const channel = channels.get(ticket.integration);
        if (channel) await this.step(ticket, channel, index);
        else await this.rest(ticket);
      }),
    );
    return due.length;
  }

  private async round(): Promise<Round> {
    if ((await this.work()) > 0) return { more: true };
    return { more: false, wakeMs: await this.links.nextDueMs() };
  }

  /** Its channel is gone or off: whatever settings come next are others than these. */
  private async rest(ticket: DueTicket): Promise<void> {
    const reason = {
      code: 'channel_off',
      text: `there is no channel ${ticket.integration}, or it is switched off`,
      figures: { channel: ticket.integration },
    };
    await this.links.save(ticket, { ...ticket.link, problem: { reason, settings: '' } }, null, [], this.clock());
  }

  /** @param before how many others are due with it */
  private async step(ticket: DueTicket, channel: TicketChannel, before: number): Promise<void> {
    const { spec, settings } = channel;
    const nowMs = this.clock();
    const incident = incidentOf(ticket);
    const link = seeIncident(hearNews(withSettings(ticket.link, settings), ticket.news), incident, nowMs);
    const step = decideTicket(link, incident, spec.rules, nowMs);
    if (step.kind === 'wait') return this.links.save(ticket, link, step.untilMs, [], nowMs);
    // What was said about an older ticket is heard; what is done is done to the newest.
    if (!ticket.isLatest && step.kind !== 'look') return this.links.save(ticket, link, null, [], nowMs);
    if (step.kind === 'next_generation') return this.links.nextGeneration(ticket, nowMs);
    const room = await this.rates.take(bucketOf(spec), spec.limit, 1);
    // Those that wait together do not come back together.
    if (room.taken === 0) return this.links.save(ticket, link, nowMs + room.waitMs * (before + 1), [], nowMs);
    const { result, begun, taken } = await this.attempt(ticket, channel, step, link, incident);
    const after = endStep(taken?.link ?? begun, step, result, { incident, settings, nowMs: this.clock() });
    if (after.problem) await this.states.refuse(ticket.integration, after.problem, this.clock());
    const log = this.told(ticket, channel, step, result, after, taken);
    const deeds = (taken?.deeds ?? []).filter(({ act }) => ticket.isLatest || act.kind === 'note');
    if (deeds.length === 0) return this.links.save(ticket, after, this.clock(), log, this.clock());
    await this.acts.takeOver(ticket.number, deeds, (client) =>
      this.links.saveWith(client, ticket, after, this.clock(), log, this.clock()),
    );
  }

  private async attempt(
    ticket: DueTicket,
    { spec, settings }: TicketChannel,
    step: TicketStep,
    link: TicketLink,
    incident: TicketIncident,
  ): Promise<Attempt> {
    let begun = link;
    try {
      // A refused password is tried once, not once for each ticket: accounts are locked for less.
      const refused = await this.states.refusalOf(ticket.integration);
      if (refused?.settings === settings)
        return { result: { kind: 'problem', reason: refused.reason }, begun, taken: null };
      const draft = draftOf(ticket, spec);
      const system = await this.systems.open(spec, draft);
      begun = beginStep(link, step, this.clock(), step.kind === 'create' ? await system.newest() : null);
      // Written before it goes out: whoever comes after a crash looks before it does it again.
      if (begun !== link) await this.writeDown(ticket, begun);
      const { remote, reading } = await carryOut(system, step, begun, { draft, spec });
      const taken = reading && takeIn(begun, reading, incident, spec.rules);
      return { result: { kind: 'done', remote, arrived: taken?.arrived ?? null }, begun, taken };
    } catch (error) {
      return { result: failureOf(error, begun !== link), begun, taken: null };
    }
  }

  /** What was wrong stays written until it is known to be right. */
  private async writeDown(ticket: DueTicket, begun: TicketLink): Promise<void> {
    await this.links.begin(ticket, { ...begun, problem: ticket.link.problem }, this.clock());
  }

  private told(
    { incidentId }: DueTicket,
    { spec: { name: channel } }: TicketChannel,
    step: TicketStep,
    result: StepResult,
    link: TicketLink,
    taken: TakenIn | null,
  ): AlertLogEntry[] {
    const at = new Date(this.clock());
    const entry = (reason: Reason): AlertLogEntry => {
      return { incidentId, at, stage: 'deliver', reason: { ...reason, text: `${channel}: ${reason.text}` } };
    };
    const name = link.remote?.key ?? 'ticket';
    const about = { channel, ticket: link.remote?.key ?? '', step: step.kind };
    if (result.kind !== 'done') {
      const { code: outcome, text, figures } = result.reason;
      const said = `${step.kind} of ${name}: ${text}`;
      return [entry(logReason('ticket_not_done', said, { ...figures, ...about, outcome }, `ticket_${result.kind}`))];
    }
    if (step.kind === 'find' || step.kind === 'look')
      return taken?.news ? [entry({ ...taken.news, figures: { ...taken.news.figures, channel } })] : [];
    return [entry(logReason('ticket_done', `${name}, ${step.kind}`, about, `ticket_${step.kind}`))];
  }
}

/** What nothing went out of is simply done later. */
function failureOf(error: unknown, hasBegun: boolean): StepResult {
  const known = error instanceof TicketError ? error : null;
  const said = describeError(error);
  const reason = known?.reason ?? { code: 'failed', text: said, figures: { said } };
  if (known?.kind === 'problem') return { kind: 'problem', reason };
  const wait = known?.afterMs === undefined ? {} : { afterMs: known.afterMs };
  return { kind: hasBegun && known?.kind !== 'later' ? 'unknown' : 'later', reason, ...wait };
}

function incidentOf({ state, severity, spread, acknowledgedBy, assignee, note }: DueTicket): TicketIncident {
  const firing = state === 'firing' || state === 'acked';
  return { firing, severity, count: Math.max(1, spread.total), acknowledgedBy, assignee, note };
}
