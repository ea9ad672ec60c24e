import type { Body } from '@carillon/contract/agent/catalog';
import { Inject, Injectable } from '@nestjs/common';
import { StateLog } from '../queue/state-log.js';
import { Signer } from '../shared/signer.js';
import { SignatureStore } from '../store/signature.store.js';
import { SigningAlarmStore } from '../store/signing-alarm.store.js';
import type { AgentLink } from './agent-link.js';
import { DesiredDelivery } from './desired.service.js';
import { keysTold } from './keys-told.js';
import { SocketRegistry } from './socket-registry.js';

/** What an agent must be able to do to be told which keys are good. */
const capability = 'trust';

/** Tells agents which keys are good, and takes in what they did not obey. */
@Injectable()
export class TrustDelivery {
  private told = 0;
  private looking: Promise<void> | undefined;
  private readonly state = new StateLog('Signing keys');

  constructor(
    @Inject(Signer) private readonly signer: Signer,
    @Inject(SignatureStore) private readonly signatures: SignatureStore,
    @Inject(SigningAlarmStore) private readonly alarm: SigningAlarmStore,
    @Inject(DesiredDelivery) private readonly desired: DesiredDelivery,
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
  ) {}

  /** An agent is there: what it pins is brought up to date before it is told of anything else. */
  tell(link: AgentLink): void {
    if (link.capabilities.includes(capability)) link.send('trust.keys', keysTold(this.signer));
  }

  /** Looks whether somebody changed the keys; then what is still good is signed with them, and all are told. Never throws. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce()
      .then(
        () => this.state.works(),
        (error: unknown) => this.state.fails(error),
      )
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    // What a key signed while it was good is read before it may turn out to be revoked.
    await this.signatures.readBook();
    await this.signer.lookAtKeys();
    const { version, hasRevoked } = this.signer.trust;
    if (this.told === version) return;
    // Also by a server that was away when a key was revoked.
    if (hasRevoked) await this.signatures.renew();
    if (this.told !== 0) {
      this.desired.forgetManifests();
      for (const link of this.registry.all()) this.tell(link);
    }
    this.told = version;
  }

  async noteRefused(link: AgentLink, refused: Body<'trust.refused'>): Promise<void> {
    // Postgres takes no NUL, and whoever is on the host may write what he likes.
    await this.alarm.refused(link.name, { ...refused, message: refused.message.replaceAll('\0', '') });
  }
}
