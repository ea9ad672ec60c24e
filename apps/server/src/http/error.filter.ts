import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerFor } from './error-answer.js';

/** Every error of every request ends here and leaves as one kind of body. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const answer = answerFor(error);
    const asked = `${request.method} ${request.routeOptions.url ?? request.url}`;
    if (answer.unexpected) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.logger.error(`${asked}: ${String(error)}`, stack);
    }
    if (answer.remark !== undefined) this.logger.warn(`${asked}: ${answer.remark}`);
    if (reply.sent) return;
    void reply.status(answer.status).header('cache-control', 'no-store').send(answer.body);
  }
}
