import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Database } from '../store/database.store.js';
import { DesiredStore } from '../store/desired.store.js';
import { Origins } from './origins.js';
import { Signer } from './signer.js';

/** What every feature stands on: the database, the signing key, our own addresses. */
@Global()
@Module({
  providers: [
    Database,
    DesiredStore,
    Origins,
    { provide: Signer, inject: [CONFIG], useFactory: (config: Config) => Signer.fromFile(config.signerKeyFile) },
  ],
  exports: [Database, DesiredStore, Origins, Signer],
})
export class SharedModule {}
