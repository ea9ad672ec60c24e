import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Who asks. */
export interface Caller {
  /** Shown in histories. */
  readonly name: string;
  readonly via: 'session' | 'token';
  readonly expiresAt: string | null;
  /** Row of the secret that was shown. */
  readonly credentialId: string;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** Notes who asks; the guard's side of `@Caller()`. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who is signed in: `@Caller() caller: Caller`. Not for open routes, which have nobody. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error(`${context.getHandler().name} takes @Caller() but its route is open`);
  return caller;
});
