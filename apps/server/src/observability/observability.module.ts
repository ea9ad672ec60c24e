import { Module } from '@nestjs/common';
import { AlertingModule } from '../alerting/alerting.module.js';
import { GatewayModule } from '../gateway/gateway.module.js';
import { AlertMetricsStore } from '../store/alert-metrics.store.js';
import { ArchiveStateStore } from '../store/archive-state.store.js';
import { AuditTargetStore } from '../store/audit-target.store.js';
import { FleetMetricsStore } from '../store/fleet-metrics.store.js';
import { AlertMetrics } from './alert-metrics.js';
import { ApiDocsController } from './api-docs.controller.js';
import { ArchiveMetrics } from './archive-metrics.js';
import { FleetMetrics } from './fleet-metrics.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';

@Module({
  imports: [GatewayModule, AlertingModule],
  controllers: [HealthController, ApiDocsController],
  providers: [
    ...[Metrics, AlertMetrics, AlertMetricsStore, AuditTargetStore, FleetMetrics, FleetMetricsStore],
    ...[ArchiveMetrics, ArchiveStateStore],
  ],
  exports: [Metrics],
})
export class ObservabilityModule {}
