import { Module } from '@nestjs/common';
import { AdmissionStore } from '../store/admission.store.js';
import { AuditCheckStore } from '../store/audit-check.store.js';
import { CommandDeliveryStore } from '../store/command-delivery.store.js';
import { DeliveryStore } from '../store/delivery.store.js';
import { EnrolmentStore } from '../store/enrolment.store.js';
import { HostKeyStore } from '../store/host-key.store.js';
import { IdentityClaimStore } from '../store/identity-claim.store.js';
import { IngestStore } from '../store/ingest.store.js';
import { InventoryIngestStore } from '../store/inventory-ingest.store.js';
import { OpenRunStore } from '../store/open-run.store.js';
import { OutputIngestStore } from '../store/output-ingest.store.js';
import { SessionStore } from '../store/session.store.js';
import { SigningSweepStore } from '../store/signing-sweep.store.js';
import { TargetStore } from '../store/target.store.js';
import { UpgradeStore } from '../store/upgrade.store.js';
import { AgentGateway } from './agent-gateway.js';
import { CommandDelivery } from './command-delivery.service.js';
import { DesiredDelivery } from './desired.service.js';
import { Doorkeeper } from './doorkeeper.js';
import { EventIntake } from './event-intake.js';
import { GatewayStatus } from './gateway-status.js';
import { GatewayWork } from './gateway-work.js';
import { GatewayIdentity, Handshake } from './handshake.service.js';
import { InventoryIntake } from './inventory-intake.js';
import { KeyRotation } from './key-rotation.service.js';
import { Leaving } from './leaving.service.js';
import { MessageHandlers } from './message-handlers.js';
import { OutputIntake } from './output-intake.js';
import { Presence } from './presence.service.js';
import { RunsCheck } from './runs-check.service.js';
import { SecretDelivery } from './secret-delivery.service.js';
import { SigningWatch } from './signing-watch.service.js';
import { SocketRegistry } from './socket-registry.js';
import { TrustDelivery } from './trust-delivery.service.js';
import { UpgradeDelivery } from './upgrade-delivery.service.js';
import { WaitingHosts } from './waiting-hosts.js';
import { Witnesses } from './witnesses.service.js';

/**
 * The agents' side of the server. Needs the global modules of configuration, shared things and queues; `main` calls
 * `AgentGateway.attach` with the HTTP server.
 */
@Module({
  providers: [
    SessionStore,
    IdentityClaimStore,
    EnrolmentStore,
    AdmissionStore,
    HostKeyStore,
    KeyRotation,
    Leaving,
    WaitingHosts,
    DeliveryStore,
    CommandDeliveryStore,
    IngestStore,
    OutputIngestStore,
    InventoryIngestStore,
    GatewayIdentity,
    Doorkeeper,
    SocketRegistry,
    Handshake,
    EventIntake,
    OutputIntake,
    InventoryIntake,
    DesiredDelivery,
    CommandDelivery,
    TargetStore,
    UpgradeStore,
    UpgradeDelivery,
    TrustDelivery,
    SecretDelivery,
    OpenRunStore,
    RunsCheck,
    SigningSweepStore,
    SigningWatch,
    AuditCheckStore,
    Witnesses,
    Presence,
    MessageHandlers,
    GatewayWork,
    GatewayStatus,
    AgentGateway,
  ],
  exports: [AgentGateway, GatewayStatus, SigningWatch],
})
export class GatewayModule {}
