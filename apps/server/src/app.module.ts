import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config/config.js';
import { configModule } from './config/config.module.js';
import { AgentDownloadsModule } from './features/agent-downloads/agent-downloads.module.js';
import { AlertPoliciesModule } from './features/alert-policies/alert-policies.module.js';
import { ApplyModule } from './features/apply/apply.module.js';
import { CommandsModule } from './features/commands/commands.module.js';
import { EnrolmentTokensModule } from './features/enrolment-tokens/enrolment-tokens.module.js';
import { GroupsModule } from './features/groups/groups.module.js';
import { HostsModule } from './features/hosts/hosts.module.js';
import { InventoryModule } from './features/inventory/inventory.module.js';
import { JobsModule } from './features/jobs/jobs.module.js';
import { OverviewModule } from './features/overview/overview.module.js';
import { PreviewModule } from './features/preview/preview.module.js';
import { RunsModule } from './features/runs/runs.module.js';
import { SessionModule } from './features/session/session.module.js';
import { UpgradesModule } from './features/upgrades/upgrades.module.js';
import { WhyModule } from './features/why/why.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { HttpModule } from './http/http.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { QueueModule } from './queue/queue.module.js';
import { SharedModule } from './shared/shared.module.js';

const features = [
  SessionModule,
  OverviewModule,
  ApplyModule,
  PreviewModule,
  JobsModule,
  CommandsModule,
  RunsModule,
  HostsModule,
  GroupsModule,
  EnrolmentTokensModule,
  AgentDownloadsModule,
  AlertPoliciesModule,
  InventoryModule,
  WhyModule,
  UpgradesModule,
];

@Module({})
class AppModule {}

/** The whole server. */
export function appModule(config: Config): DynamicModule {
  const foundations = [configModule(config), SharedModule, QueueModule, HttpModule];
  return { module: AppModule, imports: [...foundations, GatewayModule, ObservabilityModule, ...features] };
}
