import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AcceptedStore } from '../store/accepted.store.js';
import { AlertDocumentStore } from '../store/alert-document.store.js';
import { ApprovalStore } from '../store/approval.store.js';
import { ChangeRequestStore } from '../store/change-request.store.js';
import { Database } from '../store/database.store.js';
import { DesiredStore } from '../store/desired.store.js';
import { FirePlansStore } from '../store/fire-plans.store.js';
import { HostSecretStore } from '../store/host-secret.store.js';
import { JobSecretStore } from '../store/job-secret.store.js';
import { ServerSecretStore } from '../store/server-secret.store.js';
import { SignatureStore } from '../store/signature.store.js';
import { SigningAlarmStore } from '../store/signing-alarm.store.js';
import { AcknowledgeLinks } from './acknowledge-links.js';
import { ChangeDesk } from './change-desk.js';
import { Origins } from './origins.js';
import { Refusals } from './refusals.js';
import { Sealer } from './sealer.js';
import { Signer } from './signer.js';
import { WitnessDesk } from './witness-desk.js';

/** What every feature stands on: the database, the signing key, our own addresses. */
@Global()
@Module({
  providers: [
    Database,
    AcceptedStore,
    SigningAlarmStore,
    SignatureStore,
    DesiredStore,
    FirePlansStore,
    AlertDocumentStore,
    ApprovalStore,
    ChangeRequestStore,
    ChangeDesk,
    Origins,
    AcknowledgeLinks,
    WitnessDesk,
    Refusals,
    { provide: Sealer, inject: [CONFIG], useFactory: (config: Config) => Sealer.fromFile(config.secretsKeyFile) },
    ServerSecretStore,
    JobSecretStore,
    HostSecretStore,
    { provide: Signer, inject: [CONFIG], useFactory: makeSigner },
  ],
  exports: [
    Database,
    AcceptedStore,
    SigningAlarmStore,
    SignatureStore,
    DesiredStore,
    FirePlansStore,
    AlertDocumentStore,
    ApprovalStore,
    ChangeRequestStore,
    ChangeDesk,
    Origins,
    AcknowledgeLinks,
    WitnessDesk,
    Refusals,
    Sealer,
    ServerSecretStore,
    JobSecretStore,
    HostSecretStore,
    Signer,
  ],
})
export class SharedModule {}

function makeSigner({ signerKeyFile, signerProcess }: Config): Signer | Promise<Signer> {
  return signerProcess ? Signer.start(signerKeyFile) : Signer.fromFile(signerKeyFile);
}
