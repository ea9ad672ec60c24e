import type { incidentLink } from '@carillon/contract/http/incident-links.routes';
import type {
  alertLogEntry,
  alertSummary,
  incidentAbout,
  incidentSummary,
  noticeSummary,
} from '@carillon/contract/http/incidents.routes';
import type { IncidentAbout } from '@carillon/core/alert/incident';
import type { z } from 'zod';
import type { AlertRow } from '../store/alert-list.store.js';
import type { IncidentLinkRow } from '../store/incident-link-rows.js';
import type { AlertLogRow, IncidentSummaryRow, NoticeRow } from '../store/incident-list.store.js';

const text = (at: Date | null) => at?.toISOString() ?? null;

/** The parts of its title, where they are kept. */
export function aboutView(about: IncidentAbout | null): { about?: z.input<typeof incidentAbout> } {
  return about ? { about: { subject: about.subject, reason: { ...about.reason } } } : {};
}

/** An incident as lists of the API show it. */
export function incidentSummaryView(row: IncidentSummaryRow): z.input<typeof incidentSummary> {
  const { attention: _, openedAt, updatedAt, resolvedAt, acknowledgedAt, ...rest } = row;
  const { id, number, state, severity, title, policy, job, host, generation, flapping, labels } = rest;
  return {
    ...aboutView(rest.about),
    ...{ id, number, state, severity, title, policy, job, host, generation, flapping, labels: { ...labels } },
    openedAt: openedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    resolvedAt: text(resolvedAt),
    acknowledgedBy: rest.acknowledgedBy,
    acknowledgedAt: text(acknowledgedAt),
    assignee: rest.assignee,
    muted: rest.muted && { ...rest.muted },
    spread: { ...rest.spread, examples: [...rest.spread.examples] },
    links: rest.links.map((link) =>
      incidentLinkView({ ...link, createdAt: new Date(link.createdAt), updatedAt: new Date(link.updatedAt) }),
    ),
  };
}

export function incidentLinkView({ createdAt, updatedAt, ...row }: IncidentLinkRow): z.input<typeof incidentLink> {
  return { ...row, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

export function alertView({ since, firedAt, resolvedAt, reason, ...row }: AlertRow): z.input<typeof alertSummary> {
  const times = { since: since.toISOString(), firedAt: text(firedAt), resolvedAt: text(resolvedAt) };
  return { ...row, ...times, reason: { ...reason } };
}

export function noticeView({ createdAt, sentAt, nextAt, outcome, ...row }: NoticeRow): z.input<typeof noticeSummary> {
  const times = { createdAt: createdAt.toISOString(), sentAt: text(sentAt), nextAt: text(nextAt) };
  return { ...row, ...times, outcome: outcome && { ...outcome } };
}

export function logEntryView({ at, ...row }: AlertLogRow): z.input<typeof alertLogEntry> {
  return { ...row, at: at.toISOString() };
}
