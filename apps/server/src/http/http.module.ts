import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AccessStore } from '../store/access.store.js';
import { ApiTokenStore } from '../store/api-token.store.js';
import { AuditStore } from '../store/audit.store.js';
import { CredentialStore } from '../store/credential.store.js';
import { IdempotencyKeyStore } from '../store/idempotency-key.store.js';
import { TargetStore } from '../store/target.store.js';
import { AccessService } from './access.service.js';
import { AdminToken } from './admin-token.js';
import { AuditInterceptor } from './audit.interceptor.js';
import { ErrorFilter } from './error.filter.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { Identity } from './identity.js';
import { ObjectFinder } from './object-finder.js';
import { SignInGuard } from './sign-in.guard.js';

/** What every controller stands on: who calls, what is wrong, which routes exist. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    CredentialStore,
    ApiTokenStore,
    AccessStore,
    AuditStore,
    TargetStore,
    ObjectFinder,
    AccessService,
    IdempotencyKeyStore,
    Identity,
    {
      provide: AdminToken,
      inject: [CONFIG],
      useFactory: (config: Config) => AdminToken.fromFile(config.adminTokenFile),
    },
    { provide: APP_GUARD, useClass: SignInGuard },
    // In this order: what is answered from what is kept of the first time is not done again.
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [AuditStore, CredentialStore, ApiTokenStore, AdminToken],
})
export class HttpModule {}
