import type { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { previewMute } from '@carillon/core/alert/quiet/mute';
import { readDocument } from '@carillon/core/document/read-document';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField, invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { aboutView } from '../../shared/incident-view.js';
import { AlertDocumentListStore, type DocumentRow, type DocumentUse } from '../../store/alert-document-list.store.js';

type Routes = typeof alertDocumentRoutes;
type Preview = Response<Routes['preview']>;

/** Of more incidents, their number is told. */
const previewedIncidents = 20;
const namedUses = 5;

@Injectable()
export class AlertDocumentsService {
  constructor(@Inject(AlertDocumentListStore) private readonly documents: AlertDocumentListStore) {}

  async list({ kind, cursor, limit }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.documents.list(kind, readCursor(cursor), limit + 1);
    return pageOfRows(rows, limit, (row) => row.nameKey, viewOf);
  }

  async get({ kind, name }: Input<Routes['get']>): Promise<Response<Routes['get']>> {
    const row = await this.documents.get(kind, name);
    if (!row) throw notFound(kind, name);
    return { ...viewOf(row), usedBy: row.usedBy };
  }

  /** @throws ApiError `conflict` that says what names it */
  async remove({ kind, name }: Input<Routes['remove']>, actor: string): Promise<Response<Routes['remove']>> {
    const removal = await this.documents.remove(kind, name, actor);
    switch (removal.kind) {
      case 'removed':
        return { kind, name: removal.name };
      case 'used':
        throw new ApiError('conflict', `${kind} ${JSON.stringify(name)} is named by ${usesText(removal.by)}`, {
          usedBy: removal.by,
        });
      case 'unknown':
        throw notFound(kind, name);
    }
  }

  /** What a silence or window would mute if its times said now. @throws ApiError for a document that cannot be read */
  async preview({ body: { document: raw } }: Input<Routes['preview']>): Promise<Preview> {
    const read = readDocument(raw);
    if (!read.ok) throw invalidInput(read.problems);
    const document = read.value;
    if (document.kind !== 'Silence' && document.kind !== 'MaintenanceWindow')
      throw invalidField('document.kind', 'Silence or MaintenanceWindow', document.kind);
    const { muted, until } = previewMute(document, await this.documents.openAlerts(), Date.now());
    const incidents = new Map<number, Preview['incidents'][number]>();
    for (const { number, title, about, state, severity } of muted)
      if (number !== null && title !== null && state !== null && severity !== null)
        incidents.set(number, { number, title, ...aboutView(about), state, severity });
    const shown = [...incidents.values()].sort((a, b) => b.number - a.number).slice(0, previewedIncidents);
    return { inEffect: until !== null, incidents: shown, incidentsTotal: incidents.size, alerts: muted.length };
  }
}

function viewOf({ kind, name, spec, written, source, author, updatedAt }: DocumentRow) {
  return {
    kind,
    name,
    spec: { ...spec },
    written: written && { ...written },
    source,
    author,
    updatedAt: updatedAt.toISOString(),
  };
}

function usesText(uses: readonly DocumentUse[]): string {
  const named = uses.slice(0, namedUses).map(({ kind, name, path }) => `${kind} ${JSON.stringify(name)} (${path})`);
  const more = uses.length > namedUses ? ` and ${uses.length - namedUses} more` : '';
  return `${named.join(', ')}${more}`;
}
