import { Module } from '@nestjs/common';
import { GatewayModule } from '../gateway/gateway.module.js';
import { ApiDocsController } from './api-docs.controller.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';

@Module({
  imports: [GatewayModule],
  controllers: [HealthController, ApiDocsController],
  providers: [Metrics],
  exports: [Metrics],
})
export class ObservabilityModule {}
