import { Module } from '@nestjs/common';
import { AlertingModule } from '../alerting/alerting.module.js';
import { AuditTargetStore } from '../store/audit-target.store.js';
import { AuditForwarder } from './audit-forwarder.js';

/** Sends the audit on. Needs the global modules of configuration, shared things and queues. */
@Module({ imports: [AlertingModule], providers: [AuditTargetStore, AuditForwarder] })
export class ForwardModule {}
