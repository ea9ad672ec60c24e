import type { Body } from '@carillon/contract/agent/catalog';
import type { HostIndex } from '@carillon/contract/agent/desired-messages';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { type DesiredEntry, desiredHash } from '@carillon/core/desired/desired-state';
import type { HostPause } from '@carillon/core/desired/pause';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { PageNews } from '../queue/page-news.js';
import { Signer } from '../shared/signer.js';
import { type DeliveredEntry, DeliveryStore, type HostDesired } from '../store/delivery.store.js';
import type { AgentLink } from './agent-link.js';
import { Batcher } from './batcher.js';
import { closeCodes } from './close-codes.js';
import { desiredPages } from './desired-pages.js';
import { ManifestCache } from './manifest-cache.js';

const manifestCacheBytes = 32 * 1024 * 1024;

function pauseTold({ fromMs, untilMs, ...pause }: HostPause): NonNullable<HostIndex['pause']> {
  return { ...pause, from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
}

/** Tells hosts that there is a new desired state, hands it out, and notes what became of it. */
@Injectable()
export class DesiredDelivery {
  private readonly logger = new Logger('Gateway');
  private readonly manifests = new ManifestCache(manifestCacheBytes);
  private readonly loads: Batcher<string, HostDesired | null>;
  private readonly delivered: Batcher<readonly DeliveredEntry[], undefined>;

  constructor(
    @Inject(DeliveryStore) private readonly store: DeliveryStore,
    @Inject(Signer) private readonly signer: Signer,
    @Inject(PageNews) private readonly news: PageNews,
  ) {
    this.loads = new Batcher({
      name: 'Desired state',
      maxWeight: 200,
      maxDelayMs: 5,
      weigh: () => 1,
      flush: (hostIds) => this.store.load(hostIds),
    });
    this.delivered = new Batcher({
      name: 'Delivered marks',
      maxWeight: 2_000,
      maxDelayMs: 20,
      weigh: (entries) => entries.length,
      flush: async (batch) => {
        await this.store.markDelivered(batch.flat());
        return batch.map(() => undefined);
      },
    });
  }

  /** Answers `desired.get`: the signed index of the host and the manifests it does not have. */
  async hand(link: AgentLink, get: Body<'desired.get'>, re: string): Promise<void> {
    const desired = await this.loads.add(link.hostId);
    if (!desired) return;
    if (desiredHash(desired.entries, desired.pause) !== desired.hash) {
      this.logger.error(
        `host ${JSON.stringify(link.name)}: assignments do not have the hash of revision ${desired.rev}`,
      );
    }
    const have = new Set(get.haveManifests);
    const missing = await this.signedManifests(desired.entries.filter((entry) => !have.has(entry.manifestHash)));
    for (const page of desiredPages(this.signedIndex(link.hostId, desired), missing))
      link.send('desired.state', page, re);
    if (desired.rev >= link.told.rev) link.told = { rev: desired.rev, hash: desired.hash };
    await this.delivered.add(
      desired.entries.map(({ jobId, manifestHash }) => ({ hostId: link.hostId, jobId, manifestHash })),
    );
  }

  /** Writes down an `apply.status`; a session that is no longer the newest ends instead. */
  async noteApplied(link: AgentLink, status: Body<'apply.status'>): Promise<void> {
    if (await this.store.apply(link, status)) this.news.afterReport(link.hostId);
    else link.supersede();
  }

  /** Compares what an agent believes with what it was told; a lost notice heals here. */
  noteHeartbeat(link: AgentLink, heartbeat: Body<'agent.heartbeat'>): void {
    const { spool, observedHash, disk = null, load = null } = heartbeat;
    link.heard = { observedHash, spoolWaiting: Math.max(0, spool.next - spool.first), disk, load };
    if (heartbeat.desired.hash !== link.told.hash) link.send('desired.notice', link.told);
  }

  /** Tells hosts whose desired state moved on; closes the sockets of hosts that are no longer active. */
  async tell(links: readonly AgentLink[]): Promise<void> {
    const byHost = new Map(links.map((link) => [link.hostId, link]));
    const changed = await this.store.changed(links.map((link) => ({ hostId: link.hostId, rev: link.told.rev })));
    for (const { hostId, state, desired } of changed) {
      const link = byHost.get(hostId);
      if (!link?.open) continue;
      if (state !== 'active') {
        const code = state === 'quarantined' ? 'quarantined' : 'revoked';
        link.refuse({ code, message: `this host is ${state}` }, closeCodes.forbidden);
      } else if (desired.rev > link.told.rev) {
        link.told = desired;
        link.send('desired.notice', desired);
      }
    }
  }

  async stop(limitMs: number): Promise<void> {
    await Promise.all([this.loads.stop(limitMs), this.delivered.stop(limitMs)]);
  }

  private signedIndex(hostId: string, desired: HostDesired): { text: string; signature: string } {
    const index: HostIndex = {
      kind: 'carillon/index/v1',
      hostId,
      rev: desired.rev,
      hash: desired.hash,
      entries: desired.entries.map(({ jobId, version, manifestHash }) => ({ jobId, version, manifestHash })),
      issuedAt: new Date().toISOString(),
      ...(desired.pause ? { pause: pauseTold(desired.pause) } : {}),
    };
    const text = canonicalJson(index);
    return { text, signature: this.signer.sign('carillon/v1/index', text) };
  }

  private async signedManifests(entries: readonly DesiredEntry[]) {
    const unknown = entries.filter((entry) => this.manifests.get(entry.manifestHash) === undefined);
    const loaded = new Map((await this.store.manifests(unknown)).map((row) => [row.hash, row.manifest]));
    for (const [hash, manifest] of loaded) this.manifests.set(hash, manifest);
    return entries
      .map((entry) => loaded.get(entry.manifestHash) ?? this.manifests.get(entry.manifestHash))
      .filter((manifest) => manifest !== undefined);
  }
}
