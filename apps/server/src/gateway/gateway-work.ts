import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { type GatewayHintKind, gatewayHintKinds, HINTS, type Hint, type Hints } from '../queue/hints.js';
import { describeError } from '../queue/state-log.js';
import type { AgentLink } from './agent-link.js';
import { CommandDelivery } from './command-delivery.service.js';
import { DesiredDelivery } from './desired.service.js';
import { HintedWork } from './hinted-work.js';
import { KeyRotation } from './key-rotation.service.js';
import { Leaving } from './leaving.service.js';
import { Presence } from './presence.service.js';
import { RunsCheck } from './runs-check.service.js';
import { SecretDelivery } from './secret-delivery.service.js';
import { SocketRegistry } from './socket-registry.js';
import { TrustDelivery } from './trust-delivery.service.js';
import { UpgradeDelivery } from './upgrade-delivery.service.js';
import { WaitingHosts } from './waiting-hosts.js';
import { within } from './within.js';
import { Witnesses } from './witnesses.service.js';

const pollsPerUpgradeLook = 12;

/** What the gateway does by itself for the sockets it holds: on a hint at once, and by a poll whatever was missed. */
@Injectable()
export class GatewayWork {
  private readonly byKind: Readonly<Record<GatewayHintKind, HintedWork>>;
  private readonly logger = new Logger('Gateway');
  private readonly lostSecrets: HintedWork;
  private readonly openRuns: HintedWork;
  private timer: NodeJS.Timeout | undefined;
  private polls = 0;
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
    @Inject(Presence) private readonly presence: Presence,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(CONFIG) private readonly config: Pick<Config, 'pollMs'>,
    @Inject(DesiredDelivery) desired: DesiredDelivery,
    @Inject(CommandDelivery) commands: CommandDelivery,
    @Inject(UpgradeDelivery) upgrades: UpgradeDelivery,
    @Inject(TrustDelivery) private readonly trust: TrustDelivery,
    @Inject(Witnesses) private readonly witnesses: Witnesses,
    @Inject(WaitingHosts) private readonly waiting: WaitingHosts,
    @Inject(Leaving) private readonly leaving: Leaving,
    @Inject(KeyRotation) keys: KeyRotation,
    @Inject(SecretDelivery) secrets: SecretDelivery,
    @Inject(RunsCheck) runs: RunsCheck,
  ) {
    this.byKind = {
      desired: new HintedWork('Desired notices', registry, (links) => desired.tell(links)),
      command: new HintedWork('Command delivery', registry, (links) => commands.deliver(links)),
      inventory: new HintedWork('Inventory requests', registry, async (links) => {
        for (const link of links) link.send('inventory.get', {});
      }),
      upgrade: new HintedWork('Upgrade offers', registry, (links) => upgrades.offer(links)),
      admission: new HintedWork('Keys of hosts', registry, (links) => keys.ask(links)),
      secret: new HintedWork('Notices of secrets', registry, (links) => secrets.tell(links)),
      session: new HintedWork('Session take-over', registry, (links) => presence.letGoSuperseded(links)),
    };
    this.lostSecrets = new HintedWork('Lost notices of secrets', registry, (links) => secrets.tellBehind(links));
    this.openRuns = new HintedWork('Questions about open runs', registry, (links) => runs.ask(links));
  }

  start(): void {
    this.unsubscribe ??= this.hints.subscribe((hint) => {
      if (isForGateways(hint)) this.byKind[hint.kind].hint(hint.hostIds);
      if (hint.kind === 'admission') void this.waiting.look();
    });
    this.timer ??= setInterval(() => this.poll(Date.now()), this.config.pollMs);
  }

  /** A socket was welcomed: older ones elsewhere let go, and what waited for the host goes out. */
  arrived(link: AgentLink): void {
    this.hints.publish({ kind: 'session', hostIds: [link.hostId] });
    if (link.state === 'pending') return;
    this.trust.tell(link);
    if (link.state === 'decommissioning') {
      void this.tellLeave(link);
      return;
    }
    this.witnesses.tell(link);
    this.byKind.command.hint([link.hostId]);
    this.byKind.upgrade.hint([link.hostId]);
    this.byKind.admission.hint([link.hostId]);
    this.byKind.secret.hint([link.hostId]);
  }

  /** Begins nothing new; what is running ends by itself, see `settle`. */
  stop(): void {
    clearInterval(this.timer);
    this.unsubscribe?.();
    for (const work of this.all()) work.stop();
  }

  /** Resolves when nothing is running any more, at the latest after `limitMs`. */
  settle(limitMs: number): Promise<void> {
    return within(limitMs, Promise.all(this.all().map((work) => work.idle())));
  }

  private all(): HintedWork[] {
    return [...Object.values(this.byKind), this.lostSecrets, this.openRuns];
  }

  /** A host that is not told now is told when it comes back. */
  private async tellLeave(link: AgentLink): Promise<void> {
    await this.leaving
      .tell(link)
      .catch((error: unknown) =>
        this.logger.warn(`host ${JSON.stringify(link.name)} was not told to leave: ${describeError(error)}`),
      );
  }

  private poll(nowMs: number): void {
    for (const link of this.registry.all()) link.checkOutbound(nowMs);
    this.presence.closeSilent(nowMs);
    void this.presence.flush(nowMs);
    void this.trust.look();
    void this.witnesses.look(nowMs);
    void this.waiting.look();
    this.byKind.desired.poll();
    this.byKind.command.poll();
    this.lostSecrets.poll();
    // Nothing is urgent about an upgrade: a lost hint costs some polls.
    this.polls += 1;
    if (this.polls % pollsPerUpgradeLook !== 0) return;
    this.byKind.upgrade.poll();
    this.byKind.admission.poll();
    this.openRuns.poll();
  }
}

function isForGateways(hint: Hint): hint is Hint & { readonly kind: GatewayHintKind } {
  return gatewayHintKinds.some((kind) => kind === hint.kind);
}
