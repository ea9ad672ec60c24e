import { limits } from '@carillon/contract/limits';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../queue/state-log.js';
import { ApiError } from './api-error.js';

/** Turns whatever was thrown into the API's one error body. What is not ours is logged, and its words stay here. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const error = toApiError(thrown, request);
    if (error.code === 'internal') this.logger.error(`${request.method} ${request.url}: ${stackOf(thrown)}`);
    if (error.code === 'unavailable') this.logger.warn(`${request.method} ${request.url}: ${describeError(thrown)}`);
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    void reply.status(error.status).header('cache-control', 'no-store').send(error.body);
  }
}

/** What a thrown thing means to a client. */
export function toApiError(thrown: unknown, request: { method: string; url: string }): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const { code = '', statusCode } = thrown as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError('too_large', `body: expected at most ${limits.apiBodyBytes} bytes`, { maxBytes: limits.apiBodyBytes });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ApiError('invalid', 'content-type: expected application/json');
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return new ApiError('invalid', 'body: expected JSON, got nothing');
  if (thrown instanceof SyntaxError && statusCode === 400) return new ApiError('invalid', `body: expected JSON (${thrown.message})`);
  if (thrown instanceof HttpException && thrown.getStatus() === 404) {
    const path = request.url.split('?', 1)[0] ?? '';
    return new ApiError('not_found', `no ${request.method} ${path}`, { method: request.method, path });
  }
  if (isDatabaseAway(thrown)) return new ApiError('unavailable', 'the database does not answer; try again in a moment');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new ApiError('invalid', describeError(thrown));
  return new ApiError('internal', 'something went wrong in the server; its log says what');
}

/** Codes of connections that fail or break (Node, Postgres class 57 and 53, Prisma P1001, P1002, P1017, P2024, P2028). */
const awayCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', '57P01', '57P02', '57P03', '53300', 'P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);

function isDatabaseAway(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code, meta } = error as { code?: string; meta?: { driverAdapterError?: unknown; code?: string } };
    if (code !== undefined && awayCodes.has(code)) return true;
    if (error instanceof AggregateError && error.errors.some(isDatabaseAway)) return true;
    if (meta?.code !== undefined && awayCodes.has(meta.code)) return true;
    if (meta?.driverAdapterError !== undefined && isDatabaseAway(meta.driverAdapterError)) return true;
    if (/Connection terminated|timeout exceeded when trying to connect|Can't reach database server|DatabaseNotReachable/.test(error.message)) return true;
  }
  return false;
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
