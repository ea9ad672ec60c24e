import { Module } from '@nestjs/common';
import { AlertingModule } from '../alerting/alerting.module.js';
import { AuditCheckStore } from '../store/audit-check.store.js';
import { AuditTargetStore } from '../store/audit-target.store.js';
import { AuditForwarder } from './audit-forwarder.js';
import { ChainWatch } from './chain-watch.js';

/** Checks the audit and sends it on. Needs the global modules of configuration, shared things and queues. */
@Module({
  imports: [AlertingModule],
  providers: [AuditTargetStore, AuditForwarder, AuditCheckStore, ChainWatch],
})
export class ForwardModule {}
