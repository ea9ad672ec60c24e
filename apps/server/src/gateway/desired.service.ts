import type { Body } from '@carillon/contract/agent/catalog';
import { isWebauthnKey } from '@carillon/core/approval/webauthn-text';
import type { DesiredEntry } from '@carillon/core/desired/desired-state';
import { highestRevision } from '@carillon/core/signing/accepted-book';
import type { Refusal, RefusalCode } from '@carillon/core/signing/refusal';
import { Inject, Injectable } from '@nestjs/common';
import { PageNews } from '../queue/page-news.js';
import { isRefusal, type SignedText } from '../shared/signing/signer-requests.js';
import { AcceptedStore } from '../store/accepted.store.js';
import { ApprovalStore } from '../store/approval.store.js';
import { type DeliveredEntry, DeliveryStore, type HostDesired } from '../store/delivery.store.js';
import { SigningAlarmStore } from '../store/signing-alarm.store.js';
import type { AgentLink } from './agent-link.js';
import { Batcher } from './batcher.js';
import { closeCodes } from './close-codes.js';
import { desiredPages } from './desired-pages.js';
import { Leaving } from './leaving.service.js';
import { ManifestCache } from './manifest-cache.js';

const manifestCacheBytes = 32 * 1024 * 1024;
/** Why a host rejects a definition that did not come from us as it is. */
const forgedCodes: ReadonlySet<string> = new Set<RefusalCode>([
  'bad_signature',
  'bad_manifest',
  'unknown_key',
  'revoked_key',
]);

/** Whose desired state is asked for, and what its agent can do. */
type Asked = Pick<AgentLink, 'hostId' | 'capabilities' | 'publicKey'>;

interface SignedDesired {
  readonly desired: HostDesired;
  readonly signed: SignedText | Refusal;
}

/** Tells hosts that there is a new desired state, hands it out, and notes what became of it. */
@Injectable()
export class DesiredDelivery {
  private manifests = new ManifestCache(manifestCacheBytes);
  private readonly loads: Batcher<Asked, SignedDesired | null>;
  private readonly delivered: Batcher<readonly DeliveredEntry[], undefined>;

  constructor(
    @Inject(DeliveryStore) private readonly store: DeliveryStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(PageNews) private readonly news: PageNews,
    @Inject(SigningAlarmStore) private readonly alarm: SigningAlarmStore,
    @Inject(Leaving) private readonly leaving: Leaving,
    @Inject(ApprovalStore) private readonly approvals: ApprovalStore,
  ) {
    this.loads = new Batcher({
      name: 'Desired state',
      maxWeight: 200,
      maxDelayMs: 5,
      weigh: () => 1,
      flush: (asked) => this.loadSigned(asked),
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
    // Who is told to go is told nothing else.
    if (link.state !== 'active') return;
    const { hostId, capabilities, publicKey } = link;
    const loaded = await this.loads.add({ hostId, capabilities, publicKey });
    if (!loaded) return;
    const { desired, signed } = loaded;
    if (isRefusal(signed)) {
      // The host keeps what it has.
      await this.alarm.raise(link.name, signed);
      return;
    }
    const have = new Set(get.haveManifests);
    const missing = await this.signedManifests(desired.entries.filter((entry) => !have.has(entry.manifestHash)));
    const told = get.approvals ? await this.approvals.of(desired.entries) : [];
    const approvals = told.filter(({ key }) => get.webauthn || !isWebauthnKey(key));
    for (const page of desiredPages(signed, missing, approvals)) link.send('desired.state', page, re);
    if (desired.rev >= link.told.rev) link.told = { rev: desired.rev, hash: desired.hash };
    await this.delivered.add(
      desired.entries.map(({ jobId, manifestHash }) => ({ hostId: link.hostId, jobId, manifestHash })),
    );
  }

  /** Writes down an `apply.status`; a session that is no longer the newest ends instead. */
  async noteApplied(link: AgentLink, status: Body<'apply.status'>): Promise<void> {
    if (!(await this.store.apply(link, status))) return link.supersede();
    this.news.afterReport(link.hostId);
    const forged = status.jobs.find(({ state, code }) => state === 'rejected' && forgedCodes.has(code ?? ''));
    if (forged?.code)
      await this.alarm.refused(link.name, { what: 'manifest', code: forged.code, message: forged.message ?? '' });
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
      if (state === 'decommissioning') await this.tellLeave(link);
      else if (state === 'retired') {
        const { body, closeCode } = await this.leaving.retired(link);
        link.refuse(body, closeCode);
      } else if (state !== 'active') {
        const code = state === 'quarantined' ? 'quarantined' : 'revoked';
        link.refuse({ code, message: `this host is ${state}` }, closeCodes.forbidden);
      } else if (desired.rev > link.told.rev && desired.rev <= highestRevision) {
        link.told = desired;
        link.send('desired.notice', desired);
      }
    }
  }

  /** Once a session: what it was told it keeps. */
  private async tellLeave(link: AgentLink): Promise<void> {
    if (link.state === 'decommissioning') return;
    link.state = 'decommissioning';
    try {
      await this.leaving.tell(link);
    } catch (error) {
      // Not told: the next look tells it.
      link.state = 'active';
      throw error;
    }
  }

  /** They were signed anew. */
  forgetManifests(): void {
    this.manifests = new ManifestCache(manifestCacheBytes);
  }

  async stop(limitMs: number): Promise<void> {
    await Promise.all([this.loads.stop(limitMs), this.delivered.stop(limitMs)]);
  }

  private async loadSigned(asked: readonly Asked[]): Promise<(SignedDesired | null)[]> {
    const found = await this.accepted.indexes(async () => {
      const loaded = await this.store.load(asked.map(({ hostId }) => hostId));
      return loaded.flatMap((desired, index) => (desired ? [{ ...desired, ...(asked[index] as Asked) }] : []));
    });
    const byHost = new Map(found.map(({ proposal, signed }) => [proposal.hostId, { desired: proposal, signed }]));
    return asked.map(({ hostId }) => byHost.get(hostId) ?? null);
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
