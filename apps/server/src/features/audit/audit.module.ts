import { auditRoutes } from '@carillon/contract/http/audit.routes';
import type { Input as InputOf, Response } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { invalidField } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { Handles, Input } from '../../http/handles.js';
import { aboutView } from '../../shared/incident-view.js';
import { WitnessDesk, type WitnessHost } from '../../shared/witness-desk.js';
import { AuditStore } from '../../store/audit.store.js';

type Route = typeof auditRoutes.list;
type Chain = typeof auditRoutes.chain;
type Asked = typeof auditRoutes.witnesses;
type Witness = Response<Asked>['items'][number];

/** Hosts that are asked at once: each may answer with as much as a message holds. */
const mostAsked = 50;

/** What is kept is only shown here, so the controller reads its one store itself. */
@Controller()
class AuditController {
  constructor(
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(WitnessDesk) private readonly desk: WitnessDesk,
  ) {}

  @Handles(auditRoutes.list)
  async list(@Input() { cursor, limit, kind, actor, search, job, since }: InputOf<Route>): Promise<Response<Route>> {
    const from = since === undefined ? undefined : new Date(since);
    const before = readPlace(cursor);
    const rows = await this.audit.list({ kind, actor, search, job, since: from, before, limit: limit + 1 });
    return pageOfRows(
      rows,
      limit,
      ({ seq }) => String(seq),
      ({ seq, at, about, ...row }) => ({ id: String(seq), at: at.toISOString(), ...row, ...aboutView(about) }),
    );
  }

  @Handles(auditRoutes.chain)
  async chain(@Input() { cursor, limit, since }: InputOf<Chain>): Promise<Response<Chain>> {
    const from = since === undefined ? undefined : new Date(since);
    const rows = await this.audit.chain(readPlace(cursor) ?? 0, from, limit + 1);
    return pageOfRows(
      rows,
      limit,
      ({ seq }) => String(seq),
      ({ at, ...row }) => ({ ...row, at: at.toISOString() }),
    );
  }

  @Handles(auditRoutes.witnesses)
  async witnesses(@Input() { cursor, limit }: InputOf<Asked>): Promise<Response<Asked>> {
    const count = Math.min(limit, mostAsked);
    const page = pageOfRows(
      this.desk.hosts(readCursor(cursor), count + 1),
      count,
      ({ host }) => host,
      (host) => host,
    );
    return { items: await Promise.all(page.items.map(askWitness)), next: page.next };
  }
}

async function askWitness({ host, ask }: WitnessHost): Promise<Witness> {
  if (!ask) return { host, state: 'old', ends: [], keys: null };
  const kept = await ask();
  if (!kept) return { host, state: 'silent', ends: [], keys: null };
  return { host, state: 'answered', ends: kept.ends, keys: kept.keys ?? null };
}

function readPlace(cursor: string | undefined): number | null {
  const key = readCursor(cursor);
  if (key === null) return null;
  if (!/^\d{1,15}$/.test(key)) throw invalidField('cursor', 'the `next` of an earlier page of this list', cursor);
  return Number(key);
}

@Module({ controllers: [AuditController] })
export class AuditModule {}
