import type { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Response } from '@carillon/contract/http/route';

export type SampleIncident = Response<typeof incidentRoutes.get>;
export type SampleEntry = Response<typeof incidentRoutes.log>['items'][number];

const uuid = '01a209fb-3cb0-74df-baaf-b86552009100';
const at = '2026-11-23T02:00:05.000Z';

export function sampleIncident(change: Partial<SampleIncident> = {}): SampleIncident {
  return {
    id: uuid,
    number: 42,
    state: 'firing',
    severity: 'high',
    title: 'nightly fails on 3 of 12 hosts',
    policy: 'nightly-backups',
    job: 'nightly',
    host: null,
    generation: 1,
    openedAt: at,
    updatedAt: at,
    resolvedAt: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    assignee: null,
    muted: null,
    flapping: false,
    spread: {
      firing: 3,
      total: 4,
      hosts: 3,
      jobs: 1,
      hostsOfJob: 12,
      byExitCode: { '3': 3, '75': 1 },
      byVersion: { '2': 4 },
      byLabel: { 'role=db': 4 },
      examples: ['db-01', 'db-02', 'db-03'],
    },
    labels: { role: 'db', env: 'prod' },
    escalation: {
      route: 'default',
      steps: [{ waitMs: 900_000, targets: [{ channel: 'phone', recipient: '+491234' }] }],
      next: 0,
      repeatEveryMs: null,
      repeatsLeft: 0,
    },
    nextLookAt: '2026-11-23T02:15:05.000Z',
    alerts: [
      {
        id: uuid,
        policy: 'nightly-backups',
        job: 'nightly',
        host: 'db-01',
        what: '',
        state: 'firing',
        severity: 'high',
        flapping: false,
        since: at,
        firedAt: at,
        resolvedAt: null,
        reason: { code: 'consecutive_failures', text: '3 runs failed one after the other' },
        runId: uuid,
        incident: 42,
      },
    ],
    notices: [
      {
        id: uuid,
        incident: 42,
        channel: 'email',
        recipient: 'ops@example.com',
        reason: 'opened',
        step: 0,
        state: 'failed',
        attempts: 2,
        createdAt: at,
        sentAt: null,
        nextAt: '2026-11-23T02:01:05.000Z',
        outcome: { code: 'refused', text: '451 try again later' },
      },
    ],
    tickets: [],
    runbook: 'https://wiki.example/nightly',
    ...change,
  };
}

export function sampleEntry(change: Partial<SampleEntry> = {}): SampleEntry {
  return {
    id: '1',
    at,
    stage: 'evaluate',
    code: 'fired',
    text: '3 runs failed one after the other',
    actor: null,
    alertId: null,
    noticeId: null,
    figures: null,
    ...change,
  };
}
