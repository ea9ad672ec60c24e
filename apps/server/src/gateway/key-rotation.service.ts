import type { Body } from '@carillon/contract/agent/catalog';
import { hostKeyCapability } from '@carillon/contract/agent/host-key-messages';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { HostKeyStore } from '../store/host-key.store.js';
import type { AgentLink } from './agent-link.js';

/** Asks hosts for other keys, and keeps what they offer until they sign in with it. */
@Injectable()
export class KeyRotation {
  constructor(
    @Inject(HostKeyStore) private readonly keys: HostKeyStore,
    @Inject(CONFIG) private readonly config: Pick<Config, 'hostKeyDays'>,
  ) {}

  /** Asks those whose key is old, or of whom somebody wants another one. */
  async ask(links: readonly AgentLink[]): Promise<void> {
    const able = links.filter(({ capabilities }) => capabilities.includes(hostKeyCapability));
    if (able.length === 0) return;
    const due = new Set(
      await this.keys.due(
        able.map(({ hostId }) => hostId),
        this.config.hostKeyDays,
      ),
    );
    for (const link of able) if (link.open && due.has(link.hostId)) link.send('key.ask', {});
  }

  /** What both keys say is kept; the agent comes back with the next one. */
  async keep(link: AgentLink, { next, byOld, byNew }: Body<'key.offer'>, re: string): Promise<void> {
    if (await this.keys.offer({ hostId: link.hostId, next, byOld, byNew })) link.send('key.kept', { next }, re);
    else link.send('nack', { code: 'bad_message', message: 'key.offer: expected signatures of both keys' }, re);
  }
}
