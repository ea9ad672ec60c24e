import type { quietRoutes } from '@carillon/contract/http/quiet.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { AlertDocumentSpecs } from '@carillon/core/alert/documents/alert-documents';
import type { OnCallSpec } from '@carillon/core/alert/documents/on-call.schema';
import { type Matcher, matchesAll, writeMatcher } from '@carillon/core/alert/quiet/matchers';
import { type QuietDocument, quietStateAt } from '@carillon/core/alert/quiet/quiet-state';
import { dutySpans } from '@carillon/core/alert/route/on-call';
import { describeCover } from '@carillon/core/freeze/freeze';
import { Inject, Injectable } from '@nestjs/common';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { aboutView } from '../../shared/incident-view.js';
import { AlertDocumentListStore, type OpenAlertRow } from '../../store/alert-document-list.store.js';

type Routes = typeof quietRoutes;
type Muted = NonNullable<Response<Routes['list']>['items'][number]['mutes']>;

type ListedDocument = {
  readonly [K in QuietDocument['kind']]: { readonly kind: K; readonly spec: AlertDocumentSpecs[K] };
}[QuietDocument['kind']];

const shownIncidents = 20;
const shownSpans = 50;
const dutyAheadMs = 35 * 86_400_000;

/** When nobody is told, and who is told: as it is at the moment. */
@Injectable()
export class QuietService {
  constructor(@Inject(AlertDocumentListStore) private readonly documents: AlertDocumentListStore) {}

  async list({ kind, cursor, limit }: Input<Routes['list']>, nowMs: number): Promise<Response<Routes['list']>> {
    const rows = await this.documents.list(kind, readCursor(cursor), limit + 1);
    const states = new Map(rows.map((row) => [row.nameKey, quietStateAt(row as unknown as QuietDocument, nowMs)]));
    // All that fires is read once for the whole page, and only where something is active.
    const isActive = kind !== 'Freeze' && [...states.values()].some(({ state }) => state === 'active');
    const alerts = isActive ? await this.documents.openAlerts() : [];
    return pageOfRows(
      rows,
      limit,
      ({ nameKey }) => nameKey,
      (row) => {
        const document = row as unknown as ListedDocument;
        const { kind: which, spec } = document;
        const { state = 'over', fromMs = null, untilMs = null } = states.get(row.nameKey) ?? {};
        return {
          name: row.name,
          description: spec.description,
          match: which === 'Freeze' ? describeCover(spec.covers) : spec.match.map(writeMatcher),
          reason: spec.reason,
          by: (which === 'Silence' ? spec.author : null) ?? row.author,
          state,
          from: fromMs === null ? null : iso(fromMs),
          until: untilMs === null ? null : iso(untilMs),
          recurs: which !== 'Silence' && spec.when.kind !== 'once',
          // A freeze mutes nothing.
          mutes: state === 'active' && which !== 'Freeze' ? mutedBy(spec.match, alerts) : null,
          updatedAt: row.updatedAt.toISOString(),
        };
      },
    );
  }

  async onCall({ cursor, limit }: Input<Routes['onCall']>, nowMs: number): Promise<Response<Routes['onCall']>> {
    const rows = await this.documents.list('OnCall', readCursor(cursor), limit + 1);
    return pageOfRows(
      rows,
      limit,
      ({ nameKey }) => nameKey,
      ({ name, spec: stored, updatedAt }) => {
        const spec = stored as unknown as OnCallSpec;
        const spans = dutySpans(spec, { fromMs: nowMs, untilMs: nowMs + dutyAheadMs }).slice(0, shownSpans);
        return {
          name,
          description: spec.description,
          timezone: spec.timezone,
          people: Object.keys(spec.people),
          duty: spans.map(({ fromMs, untilMs, duty }) => ({
            from: iso(fromMs),
            until: iso(untilMs),
            person: duty?.person ?? null,
            by: duty?.by ?? null,
          })),
          overrides: spec.overrides
            .map((override, index) => ({ index, ...override }))
            .filter(({ until }) => Date.parse(until) > nowMs)
            .sort((a, b) => Date.parse(a.from) - Date.parse(b.from)),
          updatedAt: updatedAt.toISOString(),
        };
      },
    );
  }
}

function mutedBy(match: readonly Matcher[], alerts: readonly OpenAlertRow[]): Muted {
  const muted = alerts.filter(({ labels }) => matchesAll(match, labels));
  const incidents = new Map<number, Muted['incidents'][number]>();
  for (const { number, title, about, severity } of muted)
    if (number !== null && title !== null && severity !== null)
      incidents.set(number, { number, title, ...aboutView(about), severity });
  const shown = [...incidents.values()].sort((a, b) => b.number - a.number).slice(0, shownIncidents);
  return { alerts: muted.length, incidents: shown, incidentsTotal: incidents.size };
}

const iso = (ms: number) => new Date(ms).toISOString();
