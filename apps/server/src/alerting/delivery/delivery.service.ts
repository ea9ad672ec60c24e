import { randomBytes } from 'node:crypto';
import { digestOf } from '@carillon/core/alert/deliver/digest';
import { nextTry, patienceOf } from '@carillon/core/alert/deliver/next-try';
import type { Outcome, Undelivered } from '@carillon/core/alert/deliver/outcome';
import { outputTail, outputTailBytes } from '@carillon/core/alert/deliver/output-tail';
import { asksForOutput } from '@carillon/core/alert/deliver/template';
import {
  type ChannelSpec,
  isTicketChannel,
  mostFallbacks,
  secretsOf,
} from '@carillon/core/alert/documents/channel.schema';
import { logReason } from '@carillon/core/alert/log-reasons';
import type { Notice, NoticeContent } from '@carillon/core/alert/notice';
import type { Reason } from '@carillon/core/alert/reason';
import { decodeOutput, detectEncoding } from '@carillon/core/run/output-text';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { DELIVERY_QUEUE, type DeliveryQueue } from '../../queue/delivery-queue.js';
import { HintedLoop, type Round } from '../../queue/hinted-loop.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { AlertDocumentStore } from '../../store/alert-document.store.js';
import type { AlertLogEntry } from '../../store/alert-log.js';
import { NoticeStore, type Settled } from '../../store/notice.store.js';
import type { NewNotice } from '../../store/notice-rows.js';
import { RateBucketStore } from '../../store/rate-bucket.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { TicketLinkStore } from '../../store/ticket-link.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { sendNotice } from '../senders/send-notice.js';
import { ChannelRoom } from './channel-room.js';
import { OwnChannels } from './own-channels.js';

const perClaim = 100;
/** Longer than the longest attempt: what is still going out must not go out twice. */
const leaseMs = 60_000;
/** With more than this waiting for room, people read one message better than all of them. */
const digestAbove = 5;
/** At the end of a key, once for each channel that passed the notice on. */
const fallbackMark = '/fallback';

/** What is written together once a group of attempts is over. */
interface Settlement {
  readonly settled: Settled[];
  readonly follow: NewNotice[];
  readonly log: AlertLogEntry[];
}

/**
 * Delivers notices. Rows are claimed by lease, so a server that dies in between only makes them late; what was sent and
 * not recorded goes out again under the same key.
 */
@Injectable()
export class Delivery implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: HintedLoop;
  private readonly room: ChannelRoom;
  /** Work that the queue gave to this server, under way. */
  private readonly shares = new Set<Promise<number>>();
  private leave: (() => void) | undefined;

  constructor(
    @Inject(NoticeStore) private readonly notices: NoticeStore,
    @Inject(AlertDocumentStore) private readonly documents: AlertDocumentStore,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'pollMs' | 'allowPrivateChannels'>,
    @Inject(TicketLinkStore) private readonly tickets: TicketLinkStore,
    @Inject(OwnChannels) private readonly own: OwnChannels,
    @Inject(RunOutputStore) private readonly outputs: RunOutputStore,
    @Inject(RateBucketStore) rates: RateBucketStore,
    @Inject(DELIVERY_QUEUE) private readonly queue: DeliveryQueue,
  ) {
    this.room = new ChannelRoom(notices, rates, clock);
    const { pollMs } = config;
    const round = () => this.round();
    this.loop = new HintedLoop({
      subject: 'Delivery of notices',
      hints: { from: hints, kind: 'notices' },
      pollMs,
      clock,
      round,
    });
  }

  onApplicationBootstrap(): void {
    this.leave = this.queue.serve('notices', () => this.takeShare());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.leave?.();
    await Promise.all([this.loop.stop(), ...this.shares]);
  }

  /** Delivers what is due now. @returns how many notices were taken */
  async deliver(): Promise<number> {
    const claimed = await this.notices.claim(perClaim, this.clock(), leaseMs);
    if (claimed.length === 0) return 0;
    const documents = await this.documents.all('Channel');
    const specs = new Map([...documents.map(({ nameKey, spec }) => [nameKey, spec] as const), ...this.own.all]);
    const byChannel = new Map<string, Notice[]>();
    for (const notice of claimed) byChannel.set(notice.channel, [...(byChannel.get(notice.channel) ?? []), notice]);
    await Promise.all([...byChannel].map(([channel, own]) => this.deliverTo(channel, specs.get(channel), own)));
    return claimed.length;
  }

  /** One attempt, at once and without the queue: what the provider says is the answer. */
  async test(channel: string, spec: ChannelSpec, notice: Omit<NewNotice, 'createdAt'>): Promise<Outcome> {
    const nowMs = this.clock();
    const outcome = await this.send(spec, notice);
    const state = outcome.kind === 'sent' ? 'sent' : 'dead';
    await this.notices.record(
      { ...notice, channel, createdAt: new Date(nowMs) },
      { state, outcome: reasonOf(outcome) },
      nowMs,
    );
    return outcome;
  }

  private async deliverTo(channel: string, spec: ChannelSpec | undefined, notices: readonly Notice[]): Promise<void> {
    const nowMs = this.clock();
    const settlement: Settlement = { settled: [], follow: [], log: [] };
    if (!spec?.enabled) {
      const reason: Reason = spec
        ? { code: 'channel_off', text: `channel ${spec.name} is switched off`, figures: { channel: spec.name } }
        : { code: 'no_channel', text: `there is no channel ${channel}`, figures: { channel } };
      for (const notice of notices) this.bury(settlement, notice, spec, reason, nowMs);
      return this.notices.settle(settlement.settled, settlement.follow, settlement.log, nowMs);
    }
    if (isTicketChannel(spec)) return this.toTickets(notices, nowMs);
    const room = await this.room.reserve(channel, spec, notices.length);
    const now = notices.slice(0, room.count);
    const later = notices.slice(room.count);
    if (room.disabled) for (const notice of later) this.bury(settlement, notice, spec, room.disabled, nowMs);
    else this.postpone(settlement, later, nowMs + room.waitMs, room.why, nowMs);
    await Promise.all(now.map((notice) => this.attempt(settlement, channel, spec, notice)));
    await this.notices.settle(settlement.settled, settlement.follow, settlement.log, this.clock());
  }

  /** Tickets have a pace of their own: a notice only says that its incident's ticket is due. */
  private async toTickets(notices: readonly Notice[], nowMs: number): Promise<void> {
    const byIncident = new Map(notices.map((notice) => [notice.incidentId, notice]));
    for (const notice of byIncident.values()) await this.tickets.want(notice, nowMs);
    const outcome: Reason = { code: 'to_ticket', text: 'its ticket is brought up to date' };
    const settled = notices.map(
      ({ id, attempts }): Settled => ({ id, attempts, state: 'sent', nextMs: null, outcome }),
    );
    await this.notices.settle(
      settled,
      [],
      notices.map((notice) => this.entry(notice, outcome, nowMs)),
      nowMs,
    );
    this.hints.publish({ kind: 'tickets', hostIds: [] });
  }

  private async attempt(settlement: Settlement, channel: string, spec: ChannelSpec, notice: Notice): Promise<void> {
    const split = splitByNumber(spec, notice);
    const nowMs = this.clock();
    if (split.length > 0) {
      settlement.follow.push(...split.map((one) => ({ ...one, id: newId(nowMs), createdAt: new Date(nowMs) })));
      settlement.settled.push({
        id: notice.id,
        attempts: notice.attempts,
        state: 'sent',
        nextMs: null,
        outcome: { code: 'split', text: `one for each of ${split.length} numbers`, figures: { numbers: split.length } },
      });
      return;
    }
    const patience = patienceOf(spec.type);
    const expiresMs = notice.expiresMs ?? (patience.expiresMs === null ? null : notice.createdMs + patience.expiresMs);
    if (expiresMs !== null && nowMs > expiresMs) {
      this.bury(settlement, notice, spec, { code: 'too_late', text: 'it would come too late to be of use' }, nowMs);
      return;
    }
    const outcome = await this.send(spec, notice);
    await this.room.remember(channel, spec, outcome);
    const next = nextTry(
      outcome,
      { attempts: notice.attempts, nowMs: this.clock(), expiresMs, random: Math.random() },
      patience,
    );
    const reason = reasonOf(outcome);
    if (next.kind === 'dead') {
      this.bury(settlement, notice, spec, wordsOf(next), nowMs);
      return;
    }
    const state = next.kind === 'done' ? 'sent' : 'failed';
    settlement.settled.push({
      id: notice.id,
      attempts: notice.attempts,
      state,
      nextMs: next.kind === 'again' ? next.atMs : null,
      outcome: reason,
    });
    const text =
      state === 'sent'
        ? `${notice.reason} sent by ${spec.name}`
        : `${spec.name}, attempt ${notice.attempts}: ${reason.text}`;
    const where = { ...reason.figures, channel: spec.name, outcome: reason.code };
    const told =
      state === 'sent'
        ? logReason('sent', text, { ...where, notice: notice.reason })
        : logReason('attempt', text, { ...where, attempt: notice.attempts }, reason.code);
    settlement.log.push(this.entry(notice, told, nowMs));
  }

  private async send(spec: ChannelSpec, letter: Pick<Notice, 'key' | 'recipient' | 'content'>): Promise<Outcome> {
    try {
      const secrets = await this.secrets.values(secretsOf(spec));
      const content = asksForOutput(spec.templates) ? await this.withOutput(letter.content) : letter.content;
      return await sendNotice(
        spec,
        { ...letter, content },
        {
          nowMs: this.clock(),
          secrets,
          allowPrivateAddresses: this.config.allowPrivateChannels,
        },
      );
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return { kind: 'refused', code: 'no_secret', message: said, figures: { said } };
    }
  }

  /** As it stands when it is sent: more of it may have come since the notice was written, and it is kept once. */
  private async withOutput(content: NoticeContent): Promise<NoticeContent> {
    const { run } = content;
    if (!run) return content;
    const tails = await this.outputs.tails(run.id, outputTailBytes);
    const text = tails.map(({ data }) => decodeOutput(data, detectEncoding(data))).join('\n');
    return { ...content, run: { ...run, output: outputTail(text) || null } };
  }

  /** It will not be tried again; who has to know is told by the channel's fallback. */
  private bury(
    settlement: Settlement,
    notice: Notice,
    spec: ChannelSpec | undefined,
    reason: Reason,
    nowMs: number,
  ): void {
    settlement.settled.push({ id: notice.id, attempts: notice.attempts, state: 'dead', nextMs: null, outcome: reason });
    const fallback = spec?.fallback?.toLowerCase();
    const isTold = fallback && fallbacksOf(notice.key) < mostFallbacks;
    const text = `${spec?.name ?? notice.channel}: ${reason.text}${isTold ? `; it goes to ${fallback} instead` : ''}`;
    const figures = { ...reason.figures, channel: spec?.name ?? notice.channel, outcome: reason.code };
    const passed = isTold ? { fallback } : {};
    const dead = logReason('dead', text, { ...figures, ...passed, reason: reason.code });
    settlement.log.push(this.entry(notice, dead, nowMs));
    if (!isTold) return;
    const { incidentId, generation, content, step } = notice;
    settlement.follow.push({
      id: newId(nowMs),
      key: `${notice.key}${fallbackMark}`,
      incidentId,
      generation,
      content,
      step,
      channel: fallback,
      recipient: null,
      reason: notice.reason,
      createdAt: new Date(nowMs),
    });
  }

  /** What there is no room for waits; when it is much, it becomes one message. */
  private postpone(
    settlement: Settlement,
    notices: readonly Notice[],
    untilMs: number,
    why: Reason,
    nowMs: number,
  ): void {
    // What a report says fits into no digest, and nobody has to know it at once.
    const alerts = notices.filter(({ content }) => !content.report);
    const [first] = alerts;
    const merged = first && alerts.length > digestAbove ? alerts : [];
    for (const notice of notices) {
      const { id, attempts } = notice;
      if (!merged.includes(notice))
        settlement.settled.push({ id, attempts, state: 'queued', nextMs: untilMs, outcome: why, uncounted: true });
    }
    if (!first || merged.length === 0) return;
    const id = newId(nowMs);
    const content = digestOf(merged.map((notice) => notice.content));
    settlement.follow.push({
      ...first,
      id,
      key: `digest/${id}`,
      recipient: null,
      reason: 'digest',
      content,
      createdAt: new Date(nowMs),
    });
    for (const notice of merged) {
      const text = `told together with ${merged.length - 1} others`;
      const outcome = logReason('merged', text, { digest: id, others: merged.length - 1 });
      settlement.settled.push({
        id: notice.id,
        attempts: notice.attempts,
        state: 'cancelled',
        nextMs: null,
        outcome,
      });
      settlement.log.push(this.entry(notice, outcome, nowMs));
    }
  }

  private entry({ id, incidentId }: Notice, reason: Reason, nowMs: number): AlertLogEntry {
    return { incidentId, noticeId: id, at: new Date(nowMs), stage: 'deliver', reason };
  }

  /** A queue told of something that is due. It may be gone: whoever came first has it. What it leaves for later, the loop wakes for. */
  private async takeShare(): Promise<void> {
    const share = this.deliverAll();
    this.shares.add(share);
    try {
      if ((await share) > 0) this.loop.wakeAt(await this.notices.nextDueMs());
    } finally {
      this.shares.delete(share);
    }
  }

  /** @returns how many notices were taken */
  private async deliverAll(): Promise<number> {
    let all = 0;
    for (let taken = await this.deliver(); taken > 0; taken = await this.deliver()) all += taken;
    return all;
  }

  /** As long as there is something, what follows from it is due at once; after that, retries and what waits for room. */
  private async round(): Promise<Round> {
    if ((await this.deliver()) > 0) return { more: true };
    return { more: false, wakeMs: await this.notices.nextDueMs() };
  }
}

/** A telephone channel with several numbers: one notice for each, so that one busy line does not ring the others again. */
function splitByNumber(spec: ChannelSpec, notice: Notice): Omit<NewNotice, 'id' | 'createdAt'>[] {
  if (spec.type !== 'twilio-sms' && spec.type !== 'twilio-voice') return [];
  if (notice.recipient !== null || spec.to.length < 2) return [];
  const { key, incidentId, generation, channel, reason, step, content } = notice;
  return spec.to.map((recipient) => ({
    key: `${key}/${recipient}`,
    incidentId,
    generation,
    channel,
    recipient,
    reason,
    step,
    content,
  }));
}

function reasonOf(outcome: Outcome): Reason {
  if (outcome.kind === 'sent')
    return {
      code: 'sent',
      text: 'sent',
      ...(outcome.providerId ? { figures: { providerId: outcome.providerId } } : {}),
    };
  return wordsOf(outcome);
}

const wordsOf = ({ code, message, figures = {} }: Undelivered): Reason => ({ code, text: message, figures });

/** How many channels have passed it on. */
function fallbacksOf(key: string): number {
  return key.split(fallbackMark).length - 1;
}

function newId(nowMs: number): string {
  return makeUuid7(nowMs, randomBytes(10));
}
