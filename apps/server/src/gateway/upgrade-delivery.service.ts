import type { Body } from '@carillon/contract/agent/catalog';
import { limits } from '@carillon/contract/limits';
import { decideOffer } from '@carillon/core/upgrade/upgrade-plan';
import { Inject, Injectable } from '@nestjs/common';
import { TargetStore } from '../store/target.store.js';
import { type RingRow, UpgradeStore } from '../store/upgrade.store.js';
import type { AgentLink } from './agent-link.js';

/** Offers agents the version that is planned for them, hands out its bytes, and notes what became of it. */
@Injectable()
export class UpgradeDelivery {
  /** Offered on this socket already. */
  private readonly offered = new WeakMap<AgentLink, string>();

  constructor(
    @Inject(UpgradeStore) private readonly store: UpgradeStore,
    @Inject(TargetStore) private readonly targets: TargetStore,
  ) {}

  async offer(links: readonly AgentLink[]): Promise<void> {
    const rings = await this.store.rings();
    if (rings.length === 0) return;
    const [published, groups, hosts] = await Promise.all([
      this.store.published(),
      this.targets.groups(),
      this.store.hosts(links.map(({ hostId }) => hostId)),
    ]);
    const byId = new Map(hosts.map((host) => [host.id, host]));
    for (const link of links) {
      const host = byId.get(link.hostId);
      const decision = host && decideOffer(host, { rings, groups, ...published });
      if (!decision?.offer || !link.open) continue;
      const release = published.releases.find(
        ({ version, platform }) => version === decision.version && platform === decision.platform,
      );
      if (!release || this.offered.get(link) === release.sha256) continue;
      this.offered.set(link, release.sha256);
      const { text, signature } = release;
      link.send('upgrade.offer', {
        text,
        signature,
        ...termsOf(rings.filter((ring) => ring.version === release.version)),
      });
    }
  }

  /** Answers `release.get`; bytes that are not there are not answered, and the agent asks again on its next socket. */
  async hand(link: AgentLink, { sha256, offset }: Body<'release.get'>, re: string): Promise<void> {
    const found = await this.store.read(sha256, offset, limits.releaseChunkBytes);
    if (found)
      link.send('release.chunk', { sha256, offset, data: found.data.toString('base64'), bytes: found.bytes }, re);
  }

  async note(link: AgentLink, status: Body<'upgrade.status'>): Promise<void> {
    // Postgres takes no NUL, and the message holds what a program printed.
    const message = status.message?.replaceAll('\0', '') ?? null;
    if (!(await this.store.note(link, { ...status, message }))) link.supersede();
  }
}

/** What several rings of one version say together. */
function termsOf(rings: readonly RingRow[]): { healthWithinMs: number; plan: string } {
  return {
    healthWithinMs: Math.max(...rings.map((ring) => ring.healthWithinMs)),
    plan: new Date(Math.max(...rings.map((ring) => ring.updatedAt.getTime()))).toISOString(),
  };
}
