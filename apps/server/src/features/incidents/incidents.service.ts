import type { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { Act } from '@carillon/core/alert/incident/act';
import { Inject, Injectable } from '@nestjs/common';
import { IncidentActions } from '../../alerting/incident-actions.js';
import { ApiError, invalidField, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor, readUuidCursor } from '../../http/cursor.js';
import { alertView, incidentSummaryView, logEntryView, noticeView } from '../../shared/incident-view.js';
import { AlertListStore } from '../../store/alert-list.store.js';
import { IncidentListStore, type IncidentQuery, type IncidentRow } from '../../store/incident-list.store.js';
import { TicketLinkStore } from '../../store/ticket-link.store.js';

type Routes = typeof incidentRoutes;
type IncidentSummary = Response<Routes['acknowledge']>;
const shown = { alerts: 100, notices: 100 };

/** Looking at incidents and alerts. */
@Injectable()
export class IncidentsService {
  constructor(
    @Inject(IncidentListStore) private readonly incidents: IncidentListStore,
    @Inject(AlertListStore) private readonly alertList: AlertListStore,
    @Inject(IncidentActions) private readonly acts: IncidentActions,
    @Inject(TicketLinkStore) private readonly ticketLinks: TicketLinkStore,
  ) {}

  async list({ cursor, limit, label, since, ...filters }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.incidents.list({
      ...filters,
      label: label === undefined ? undefined : readLabel(label),
      since: since === undefined ? undefined : new Date(since),
      after: readPlace(cursor),
      limit: limit + 1,
    });
    return pageOfRows(rows, limit, ({ attention, number }) => `${attention}/${number}`, incidentSummaryView);
  }

  async counts(): Promise<Response<Routes['counts']>> {
    const bySeverity = { low: 0, medium: 0, high: 0 };
    const total = { open: 0, waiting: 0 };
    for (const { severity, open, waiting } of await this.incidents.counts()) {
      bySeverity[severity] = open;
      total.open += open;
      total.waiting += waiting;
    }
    return { ...total, bySeverity };
  }

  async get({ number }: Input<Routes['get']>): Promise<Response<Routes['get']>> {
    const row = await this.require(number);
    const [alerts, notices, tickets] = await Promise.all([
      this.alertList.ofIncident(row.id, shown.alerts),
      this.incidents.notices(row.id, shown.notices),
      this.ticketLinks.ofIncident(row.id),
    ]);
    const { escalation } = row;
    const steps = escalation?.steps.map(({ waitMs, targets }) => ({
      waitMs,
      targets: targets.map((to) => ({ ...to })),
    }));
    return {
      ...incidentSummaryView(row),
      escalation: escalation && { ...escalation, steps: steps ?? [] },
      nextLookAt: row.wakeAt?.toISOString() ?? null,
      alerts: alerts.map(alertView),
      notices: notices.map(noticeView),
      tickets: tickets.map(({ integration, state, ...rest }) => ({
        channel: integration,
        state: state ?? 'waiting',
        ...rest,
      })),
      runbook: row.runbook,
    };
  }

  /** @throws ApiError for an act that its state has no place for */
  async act(number: number, act: IncidentAct, actor: string): Promise<IncidentSummary> {
    const acted = await this.acts.act(number, deedsOf(act), actor);
    if (!acted) throw notFound('incident', String(number));
    if (!acted.ok)
      throw new ApiError('conflict', `incident ${number}: expected ${acted.expected}`, { code: acted.code });
    return incidentSummaryView(await this.require(number));
  }

  async log({ number, cursor, limit }: Input<Routes['log']>): Promise<Response<Routes['log']>> {
    const { id } = await this.require(number);
    const after = readCursor(cursor);
    if (after !== null && !/^\d{1,18}$/.test(after)) throw badCursor(cursor);
    const rows = await this.incidents.log(id, after, limit + 1);
    return pageOfRows(rows, limit, (row) => row.id, logEntryView);
  }

  async alerts({ cursor, limit, ...filters }: Input<Routes['alerts']>): Promise<Response<Routes['alerts']>> {
    const rows = await this.alertList.list({ ...filters, before: readUuidCursor(cursor), limit: limit + 1 });
    return pageOfRows(rows, limit, (row) => row.id, alertView);
  }

  private async require(number: number): Promise<IncidentRow> {
    const row = await this.incidents.byNumber(number);
    if (!row) throw notFound('incident', String(number));
    return row;
  }
}

/** What a person does about an incident, with a word about it. */
export type IncidentAct =
  | { readonly kind: 'acknowledge' | 'unacknowledge' | 'resolve'; readonly note?: string | undefined }
  | { readonly kind: 'assign'; readonly assignee: string | null }
  | { readonly kind: 'note'; readonly note: string };

function deedsOf(act: IncidentAct): Act[] {
  switch (act.kind) {
    case 'note':
      return [{ kind: 'note', text: act.note }];
    case 'assign':
      return [{ kind: 'assign', assignee: act.assignee }];
    case 'resolve':
      return [{ kind: 'resolve', comment: act.note ?? null }];
    default:
      return [{ kind: act.kind }, ...(act.note === undefined ? [] : [{ kind: 'note' as const, text: act.note }])];
  }
}

function readLabel(text: string): { key: string; value: string } {
  const at = text.indexOf('=');
  if (at < 1) throw invalidField('label', 'key=value', text);
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}

function readPlace(cursor: string | undefined): IncidentQuery['after'] {
  const key = readCursor(cursor);
  if (key === null) return null;
  const place = /^(\d{1,3})\/(\d{1,15})$/.exec(key);
  if (!place) throw badCursor(cursor);
  return { attention: Number(place[1]), number: Number(place[2]) };
}

function badCursor(got: string | undefined) {
  return invalidField('cursor', 'the `next` of an earlier page of this list', got);
}
