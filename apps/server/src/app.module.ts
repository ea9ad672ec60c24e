import { type DynamicModule, Module } from '@nestjs/common';
import { AlertingModule } from './alerting/alerting.module.js';
import { ArchiveModule } from './archive/archive.module.js';
import type { Config } from './config/config.js';
import { configModule } from './config/config.module.js';
import { AccessTokensModule } from './features/access-tokens/access-tokens.module.js';
import { AccountsModule } from './features/accounts/accounts.module.js';
import { AcknowledgeModule } from './features/acknowledge/acknowledge.module.js';
import { AdmissionModule } from './features/admission/admission.module.js';
import { AgentDownloadsModule } from './features/agent-downloads/agent-downloads.module.js';
import { AlertDocumentsModule } from './features/alert-documents/alert-documents.module.js';
import { AlertPoliciesModule } from './features/alert-policies/alert-policies.module.js';
import { ApplyModule } from './features/apply/apply.module.js';
import { ApprovalsModule } from './features/approvals/approvals.module.js';
import { AuditModule } from './features/audit/audit.module.js';
import { CalendarsModule } from './features/calendars/calendars.module.js';
import { ChannelsModule } from './features/channels/channels.module.js';
import { CommandsModule } from './features/commands/commands.module.js';
import { EnrolmentTokensModule } from './features/enrolment-tokens/enrolment-tokens.module.js';
import { GroupsModule } from './features/groups/groups.module.js';
import { HostsModule } from './features/hosts/hosts.module.js';
import { IncidentLinksModule } from './features/incident-links/incident-links.module.js';
import { IncidentsModule } from './features/incidents/incidents.module.js';
import { InventoryModule } from './features/inventory/inventory.module.js';
import { JobSecretsModule } from './features/job-secrets/job-secrets.module.js';
import { JobsModule } from './features/jobs/jobs.module.js';
import { LiveModule } from './features/live/live.module.js';
import { LoadModule } from './features/load/load.module.js';
import { MissedRunsModule } from './features/missed-runs/missed-runs.module.js';
import { OverviewModule } from './features/overview/overview.module.js';
import { PausesModule } from './features/pauses/pauses.module.js';
import { PreviewModule } from './features/preview/preview.module.js';
import { QuietModule } from './features/quiet/quiet.module.js';
import { RequestsModule } from './features/requests/requests.module.js';
import { RolloutsModule } from './features/rollouts/rollouts.module.js';
import { RunsModule } from './features/runs/runs.module.js';
import { SessionModule } from './features/session/session.module.js';
import { SignedInModule } from './features/session/signed-in.module.js';
import { SubscriptionsModule } from './features/subscriptions/subscriptions.module.js';
import { TaskChangesModule } from './features/task-changes/task-changes.module.js';
import { TicketHooksModule } from './features/ticket-hooks/ticket-hooks.module.js';
import { TimelineModule } from './features/timeline/timeline.module.js';
import { UpgradesModule } from './features/upgrades/upgrades.module.js';
import { WhyModule } from './features/why/why.module.js';
import { ForwardModule } from './forward/forward.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { HttpModule } from './http/http.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { QueueModule } from './queue/queue.module.js';
import { SharedModule } from './shared/shared.module.js';

export const features = [
  SessionModule,
  SignedInModule,
  AccountsModule,
  AccessTokensModule,
  OverviewModule,
  ApplyModule,
  PreviewModule,
  JobsModule,
  RolloutsModule,
  CommandsModule,
  RunsModule,
  HostsModule,
  AdmissionModule,
  GroupsModule,
  EnrolmentTokensModule,
  AgentDownloadsModule,
  AlertPoliciesModule,
  ChannelsModule,
  JobSecretsModule,
  IncidentsModule,
  IncidentLinksModule,
  SubscriptionsModule,
  AcknowledgeModule,
  TicketHooksModule,
  AlertDocumentsModule,
  CalendarsModule,
  QuietModule,
  AuditModule,
  PausesModule,
  InventoryModule,
  TaskChangesModule,
  WhyModule,
  MissedRunsModule,
  UpgradesModule,
  TimelineModule,
  LoadModule,
  LiveModule,
  RequestsModule,
  ApprovalsModule,
];

@Module({})
class AppModule {}

/** The whole server. */
export function appModule(config: Config): DynamicModule {
  const foundations = [configModule(config), SharedModule, QueueModule, HttpModule];
  return {
    module: AppModule,
    imports: [
      ...foundations,
      GatewayModule,
      AlertingModule,
      ArchiveModule,
      ForwardModule,
      ObservabilityModule,
      ...features,
    ],
  };
}
