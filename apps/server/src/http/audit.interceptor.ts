import { auditedBy, type Kept } from '@carillon/contract/http/audited';
import type { Json } from '@carillon/core/desired/canonical-json';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { AuditStore } from '../store/audit.store.js';
import { type AuditAct, type AuditWho, withinAct } from '../store/audit-act.js';
import { callerOf } from './caller.js';
import { answerFor } from './error-answer.js';
import { routeOf } from './handles.js';

/**
 * Every request that does something leaves a row in the audit: with the transaction that it changes something by, or
 * after it when it changed nothing in the database. When it fails after it changed something, a second row says so.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(@Inject(AuditStore) private readonly store: AuditStore) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = routeOf(context.getHandler());
    const found = route && auditedBy(route);
    if (!found || 'not' in found.rule) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const act = actOf(found.id, found.rule, request);
    return from(this.carryOut(act, request, () => firstValueFrom(next.handle(), { defaultValue: undefined })));
  }

  private async carryOut(act: AuditAct, request: FastifyRequest, handle: () => Promise<unknown>): Promise<unknown> {
    try {
      const answer = await withinAct(act, handle);
      if (act.rows === 0 && act.deed !== null && !isDryRun(request.body)) await this.store.add(act);
      return answer;
    } catch (error) {
      if (act.rows > 0) await this.store.add(act, `failed: ${answerFor(error).body.code}`);
      throw error;
    } finally {
      act.isOver = true;
    }
  }
}

function actOf(id: string, rule: Kept, request: FastifyRequest): AuditAct {
  const { kind, act, keep = [] } = rule;
  const params = Object.values((request.params ?? {}) as Record<string, string>);
  const body = isMap(request.body) ? request.body : {};
  const named = keep.includes('name') && typeof body.name === 'string' ? [body.name] : [];
  const given = Object.fromEntries(keep.flatMap((key) => (key in body ? [[key, body[key] as Json]] : [])));
  const what = (params.length > 0 ? params : named).join(' ');
  const deed = { kind, act, what, given: Object.keys(given).length > 0 ? given : null };
  const isChanges = rule.changes === true;
  return { who: whoOf(request), route: id, deed: isChanges ? null : deed, rows: 0, isOver: false };
}

function whoOf(request: FastifyRequest): AuditWho {
  const caller = callerOf(request);
  if (!caller) return { actor: null, account: null, via: 'open', token: null, from: request.ip };
  const { name, accountId, via, tokenId } = caller;
  return { actor: name, account: accountId, via, token: tokenId, from: request.ip };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isDryRun = (body: unknown): boolean => isMap(body) && body.dryRun === true;
