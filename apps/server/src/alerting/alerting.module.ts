import { Module } from '@nestjs/common';
import { AlertEvaluationStore } from '../store/alert-evaluation.store.js';
import { AlertmanagerStore } from '../store/alertmanager.store.js';
import { Database } from '../store/database.store.js';
import { NoticeStore } from '../store/notice.store.js';
import { RateBucketStore } from '../store/rate-bucket.store.js';
import { RunOutputStore } from '../store/run-output.store.js';
import { SelfWatchStore } from '../store/self-watch.store.js';
import { SubscriptionStore } from '../store/subscription.store.js';
import { SubscriptionDeliveryStore } from '../store/subscription-delivery.store.js';
import { TicketLinkStore } from '../store/ticket-link.store.js';
import { TicketSystemStore } from '../store/ticket-system.store.js';
import { ALERT_CLOCK } from './alert-clock.js';
import { AlertmanagerBridge } from './alertmanager-bridge.js';
import { Delivery } from './delivery/delivery.service.js';
import { OwnChannels } from './delivery/own-channels.js';
import { AlertEngine } from './engine.service.js';
import { IncidentActions } from './incident-actions.js';
import { IncidentLinks } from './incident-links.js';
import { Incidents } from './incident-stage.js';
import { Reports } from './reports/reports.service.js';
import { SecretCheck } from './secret-check.js';
import { SecretExpiry } from './secret-expiry.js';
import { SelfWatch } from './self-watch/self-watch.service.js';
import { INCIDENT_STAGE } from './stages.js';
import { SubscriptionSender } from './subscriptions/subscription-sender.js';
import { TicketPoll } from './ticketing/ticket-poll.js';
import { TicketSystems } from './ticketing/ticket-systems.js';
import { TicketTrial } from './ticketing/ticket-trial.js';
import { TicketWorker } from './ticketing/ticket-worker.js';
import { VaultCheck } from './vault-check.js';

/** Decides about alerts and tells people of them. Needs the global modules of configuration, shared things and queues. */
@Module({
  providers: [
    { provide: ALERT_CLOCK, useValue: () => Date.now() },
    AlertEvaluationStore,
    Incidents,
    { provide: INCIDENT_STAGE, useExisting: Incidents },
    IncidentActions,
    IncidentLinks,
    AlertEngine,
    NoticeStore,
    SubscriptionStore,
    SubscriptionDeliveryStore,
    SubscriptionSender,
    Reports,
    SecretCheck,
    SecretExpiry,
    VaultCheck,
    OwnChannels,
    RunOutputStore,
    { provide: RateBucketStore, inject: [Database], useFactory: (database: Database) => new RateBucketStore(database) },
    Delivery,
    SelfWatchStore,
    SelfWatch,
    TicketLinkStore,
    TicketSystemStore,
    TicketSystems,
    TicketTrial,
    TicketWorker,
    TicketPoll,
    AlertmanagerStore,
    AlertmanagerBridge,
  ],
  exports: [
    SubscriptionStore,
    SubscriptionDeliveryStore,
    SubscriptionSender,
    IncidentActions,
    IncidentLinks,
    AlertEngine,
    ALERT_CLOCK,
    SecretExpiry,
    Delivery,
    NoticeStore,
    RateBucketStore,
    SelfWatchStore,
    TicketSystems,
    TicketSystemStore,
    TicketTrial,
  ],
})
export class AlertingModule {}
