import { Controller, HttpCode, Inject, Module, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { rawBodyOf, ticketHookPath } from '../../http/raw-body.js';
import { TicketHooksService } from './ticket-hooks.service.js';

/** Where ticket systems tell of changes. Open to everybody: the signature says who it is. */
@Controller(ticketHookPath)
class TicketHooksController {
  constructor(@Inject(TicketHooksService) private readonly hooks: TicketHooksService) {}

  @Post(':channel')
  @HttpCode(202)
  async take(@Param('channel') channel: string, @Req() request: FastifyRequest): Promise<{ accepted: true }> {
    const { headers, ip: address, body: payload } = request;
    await this.hooks.take({ channel, address, headers, body: rawBodyOf(request), payload });
    return { accepted: true };
  }
}

@Module({
  imports: [AlertingModule],
  controllers: [TicketHooksController],
  providers: [TicketHooksService],
})
export class TicketHooksModule {}
