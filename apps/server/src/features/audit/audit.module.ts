import { auditRoutes } from '@carillon/contract/http/audit.routes';
import type { Input as InputOf, Response } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { invalidField } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { Handles, Input } from '../../http/handles.js';
import { AuditStore } from '../../store/audit.store.js';

type Route = typeof auditRoutes.list;

/** What is kept is only shown here, so the controller reads its one store itself. */
@Controller()
class AuditController {
  constructor(@Inject(AuditStore) private readonly audit: AuditStore) {}

  @Handles(auditRoutes.list)
  async list(@Input() { cursor, limit, kind, actor, search, since }: InputOf<Route>): Promise<Response<Route>> {
    const from = since === undefined ? undefined : new Date(since);
    const rows = await this.audit.list({
      kind,
      actor,
      search,
      since: from,
      after: readPlace(cursor),
      limit: limit + 1,
    });
    return pageOfRows(
      rows,
      limit,
      ({ at, id }) => `${at.getTime()} ${id}`,
      ({ at, ...row }) => ({ ...row, at: at.toISOString() }),
    );
  }
}

function readPlace(cursor: string | undefined): { at: Date; id: string } | null {
  const key = readCursor(cursor);
  if (key === null) return null;
  const [, at, id] = /^(\d{1,15}) ([a-z]+\/[0-9a-f/-]{1,60})$/.exec(key) ?? [];
  if (at === undefined || id === undefined)
    throw invalidField('cursor', 'the `next` of an earlier page of this list', cursor);
  return { at: new Date(Number(at)), id };
}

@Module({ controllers: [AuditController], providers: [AuditStore] })
export class AuditModule {}
