import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyProblem, type StoredAnswer } from '@carillon/core/idempotency/judge-key';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { IdempotencyKeyStore, type KeyClaim } from '../store/idempotency-key.store.js';
import { underKey } from '../store/key-effect.js';
import { ApiError, invalidField } from './api-error.js';
import { callerOf } from './caller.js';
import { answerFor } from './error-answer.js';
import { routeOf } from './handles.js';

const header = 'idempotency-key';
/** A longer answer is not kept: its request is carried out again. */
const mostBytes = 64 * 1024;

/**
 * Requests to routes that take an `Idempotency-Key` are carried out once for each key: a repeat gets the first answer
 * again, its refusal too. What failed through our own fault is not kept. That a request took effect is written with the
 * effect: when a server dies before it keeps the answer, the key is taken for a minute, and a repeat after that is
 * answered with what is there, and not carried out again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(IdempotencyKeyStore) private readonly keys: IdempotencyKeyStore) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = routeOf(context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers[header];
    if (!route?.takesKey || key === undefined) return next.handle();
    return from(this.once(request, String(key), () => firstValueFrom(next.handle(), { defaultValue: undefined })));
  }

  private async once(request: FastifyRequest, key: string, handle: () => Promise<unknown>): Promise<unknown> {
    const problem = keyProblem(key);
    if (problem !== undefined) throw invalidField('Idempotency-Key', problem, key.slice(0, 300));
    const claim: KeyClaim = {
      caller: callerOf(request)?.name ?? '',
      key,
      request: fingerprintOf(request),
      claimedAt: new Date(),
    };
    const verdict = await this.keys.claim(claim);
    switch (verdict.kind) {
      case 'first':
        return await this.carryOut(claim, handle);
      case 'again':
        return answered(verdict.answer);
      case 'other_request':
        throw new ApiError(
          'unprocessable',
          `Idempotency-Key ${JSON.stringify(key)}: expected the request that it first came with, got another address or body`,
          { code: 'other_request' },
        );
      case 'under_way':
        throw new ApiError(
          'conflict',
          `Idempotency-Key ${JSON.stringify(key)}: the first request with it is still under way; ask again in a moment`,
          { code: 'under_way' },
        );
    }
  }

  private async carryOut(claim: KeyClaim, handle: () => Promise<unknown>): Promise<unknown> {
    try {
      const body = await underKey(claim, handle);
      await this.keep(claim, { status: 200, body });
      return body;
    } catch (error) {
      const { status, body } = answerFor(error);
      await this.keep(claim, { status, body });
      throw error;
    }
  }

  private keep(claim: KeyClaim, answer: StoredAnswer): Promise<void> {
    const isOurFault = answer.status >= 500;
    const isLong = Buffer.byteLength(JSON.stringify(answer.body ?? null)) > mostBytes;
    return isOurFault || isLong ? this.keys.release(claim) : this.keys.settle(claim, answer);
  }
}

function answered({ status, body }: StoredAnswer): unknown {
  if (status < 400) return body;
  const { code, message, params } = body as ApiError['body'];
  throw new ApiError(code, message, params);
}

/** What makes two requests the same: method, address and what the body says, not how it is written. */
function fingerprintOf({ method, url, body }: FastifyRequest): string {
  return sha256Hex(canonicalJson([method, url, (body ?? null) as Json]));
}
