import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { IncidentActions } from '../../alerting/incident-actions.js';
import { type AcknowledgeGrant, AcknowledgeLinks, acknowledgePath } from '../../shared/acknowledge-links.js';
import { IncidentListStore, type IncidentRow } from '../../store/incident-list.store.js';
import { type AcknowledgePage, acknowledgePage } from './acknowledge-page.js';

/** Acknowledging by a link, without signing in; each link once. */
@Injectable()
export class AcknowledgeService {
  constructor(
    @Inject(AcknowledgeLinks) private readonly links: AcknowledgeLinks,
    @Inject(IncidentListStore) private readonly incidents: IncidentListStore,
    @Inject(IncidentActions) private readonly acts: IncidentActions,
  ) {}

  /** What the link is about; changes nothing. */
  async look(token: unknown, languages: string | undefined): Promise<string> {
    const found = await this.find(token);
    if ('page' in found) return acknowledgePage(found.page, languages);
    const { row, grant } = found;
    if (row.state !== 'firing') return acknowledgePage({ kind: 'over', row }, languages);
    return acknowledgePage(
      { kind: 'ask', row, who: grant.who, action: `${acknowledgePath}?t=${String(token)}` },
      languages,
    );
  }

  async act(token: unknown, languages: string | undefined): Promise<string> {
    const found = await this.find(token);
    if ('page' in found) return acknowledgePage(found.page, languages);
    const { row, grant, link } = found;
    const deeds = [{ kind: 'acknowledge' }, { kind: 'note', text: 'by the link of a message', link }] as const;
    if (row.state === 'firing') await this.acts.act(row.number, deeds, grant.who);
    const now = (await this.incidents.byNumber(row.number)) ?? row;
    return acknowledgePage({ kind: 'over', row: now }, languages);
  }

  private async find(
    token: unknown,
  ): Promise<{ row: IncidentRow; grant: AcknowledgeGrant; link: string } | { page: AcknowledgePage }> {
    const text = typeof token === 'string' ? token : '';
    const read = this.links.read(text, Date.now());
    if (!read.ok) return { page: { kind: read.reason } };
    const row = await this.incidents.byNumber(read.grant.number);
    // Opened again since: whoever got that link has not been told of this.
    if (row?.generation !== read.grant.generation) return { page: { kind: 'expired' } };
    // The log shows which link it was, and no one can use it from there.
    const link = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const used = await this.incidents.usedLink(row.id, link);
    if (used) return { page: { kind: 'used', row, by: used.by, at: used.at.toISOString() } };
    return { row, grant: read.grant, link };
  }
}
