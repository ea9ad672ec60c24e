import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AlertDocumentStore } from '../store/alert-document.store.js';
import { Database } from '../store/database.store.js';
import { DesiredStore } from '../store/desired.store.js';
import { FirePlansStore } from '../store/fire-plans.store.js';
import { ServerSecretStore } from '../store/server-secret.store.js';
import { AcknowledgeLinks } from './acknowledge-links.js';
import { Origins } from './origins.js';
import { Refusals } from './refusals.js';
import { Sealer } from './sealer.js';
import { Signer } from './signer.js';

/** What every feature stands on: the database, the signing key, our own addresses. */
@Global()
@Module({
  providers: [
    Database,
    DesiredStore,
    FirePlansStore,
    AlertDocumentStore,
    Origins,
    AcknowledgeLinks,
    Refusals,
    { provide: Sealer, inject: [CONFIG], useFactory: (config: Config) => Sealer.fromFile(config.secretsKeyFile) },
    ServerSecretStore,
    { provide: Signer, inject: [CONFIG], useFactory: (config: Config) => Signer.fromFile(config.signerKeyFile) },
  ],
  exports: [
    Database,
    DesiredStore,
    FirePlansStore,
    AlertDocumentStore,
    Origins,
    AcknowledgeLinks,
    Refusals,
    Sealer,
    ServerSecretStore,
    Signer,
  ],
})
export class SharedModule {}
