import type { AgentMessage, Body } from '@carillon/contract/agent/catalog';
import { Inject, Injectable } from '@nestjs/common';
import type { AgentLink } from './agent-link.js';
import { CommandDelivery } from './command-delivery.service.js';
import { DesiredDelivery } from './desired.service.js';
import { EventIntake } from './event-intake.js';
import { InventoryIntake } from './inventory-intake.js';
import { KeyRotation } from './key-rotation.service.js';
import { Leaving } from './leaving.service.js';
import { OutputIntake } from './output-intake.js';
import { SecretDelivery } from './secret-delivery.service.js';
import { TrustDelivery } from './trust-delivery.service.js';
import { UpgradeDelivery } from './upgrade-delivery.service.js';
import { Witnesses } from './witnesses.service.js';

export type SessionMessage = Exclude<AgentMessage, 'hello' | 'enroll'>;

type Handler<N extends SessionMessage> = (link: AgentLink, body: Body<N>, re: string) => Promise<void>;

/** What each message of a known agent does: one call. A message without a handler does not compile. */
@Injectable()
export class MessageHandlers {
  readonly text: { readonly [N in SessionMessage]: Handler<N> };

  constructor(
    @Inject(DesiredDelivery) private readonly desired: DesiredDelivery,
    @Inject(CommandDelivery) commands: CommandDelivery,
    @Inject(EventIntake) private readonly events: EventIntake,
    @Inject(OutputIntake) private readonly output: OutputIntake,
    @Inject(InventoryIntake) inventory: InventoryIntake,
    @Inject(UpgradeDelivery) upgrades: UpgradeDelivery,
    @Inject(TrustDelivery) trust: TrustDelivery,
    @Inject(Witnesses) witnesses: Witnesses,
    @Inject(KeyRotation) keys: KeyRotation,
    @Inject(Leaving) leaving: Leaving,
    @Inject(SecretDelivery) secrets: SecretDelivery,
  ) {
    this.text = {
      'desired.get': (link, body, re) => desired.hand(link, body, re),
      'apply.status': (link, body) => desired.noteApplied(link, body),
      events: (link, body, re) => events.submit(link, body, re),
      'command.result': (link, body) => commands.noteAnswer(link, body),
      inventory: (link, body, re) => inventory.take(link, body, re),
      'release.get': (link, body, re) => upgrades.hand(link, body, re),
      'upgrade.status': (link, body) => upgrades.note(link, body),
      'trust.refused': (link, body) => trust.noteRefused(link, body),
      'audit.seen': (link, body) => witnesses.noteSeen(link, body),
      'audit.kept': async (link, body) => witnesses.noteKept(link, body),
      'key.offer': (link, body, re) => keys.keep(link, body, re),
      left: (link) => leaving.noteLeft(link),
      'secrets.key': (link, body) => secrets.noteKey(link, body),
      'secrets.get': (link, body, re) => secrets.hand(link, body, re),
      'secrets.status': (link, body) => secrets.noteStatus(link, body),
      'agent.heartbeat': async (link, body) => desired.noteHeartbeat(link, body),
    };
  }

  binary(link: AgentLink, frame: Uint8Array): Promise<void> {
    return this.output.submit(link, frame);
  }

  /** Stores and answers what was received; what is not stored after `limitMs` is given up unacked. */
  async settle(limitMs: number): Promise<void> {
    await Promise.all([this.events.stop(limitMs), this.output.stop(limitMs), this.desired.stop(limitMs)]);
  }

  /** More is waiting to be stored than is good for memory. */
  get congested(): boolean {
    return this.events.congested || this.output.congested;
  }
}
