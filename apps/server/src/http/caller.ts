import type { Rights } from '@carillon/core/access/decide';
import { fullGrant } from '@carillon/core/access/grant';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Who asks. */
export interface Caller {
  /** Shown in histories. */
  readonly name: string;
  /** Null: the administrator whose token is in a file of the server. */
  readonly accountId: string | null;
  /** As they are at this moment: read for every request. */
  readonly rights: Rights;
  /** It signs in here, and at no identity provider. */
  readonly isLocal: boolean;
  readonly via: 'session' | 'token';
  readonly expiresAtMs: number | null;
  /** Of the API token it came by; null for sessions and the administrator's token. */
  readonly tokenId: string | null;
  /** Hash of the session's secret; null for a token, which is no session that could be ended. */
  readonly sessionHash: string | null;
}

/** Of who holds the administrator's token. */
export const allRights: Rights = { grants: [fullGrant], token: null, groups: [] };

const callers = new WeakMap<FastifyRequest, Caller>();

/** Notes who asks; the guard's side of `@CallerOf()`. */
export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who asks; undefined for open routes. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

/** Who is signed in: `@CallerOf() caller: Caller`. Not for open routes, which have nobody. */
export const CallerOf = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error(`${context.getHandler().name} takes @CallerOf() but its route is open`);
  return caller;
});
