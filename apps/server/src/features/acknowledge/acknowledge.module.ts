import { Controller, Get, Header, Headers, HttpCode, Inject, Module, Post, Query } from '@nestjs/common';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { acknowledgePath } from '../../shared/acknowledge-links.js';
import { IncidentListStore } from '../../store/incident-list.store.js';
import { AcknowledgeService } from './acknowledge.service.js';

const html = 'text/html; charset=utf-8';

/** The page behind a link in a message. Mail scanners open every link: looking changes nothing, only the button does. */
@Controller(acknowledgePath)
class AcknowledgeController {
  constructor(@Inject(AcknowledgeService) private readonly acknowledging: AcknowledgeService) {}

  @Get()
  @Header('content-type', html)
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  look(@Query('t') token: unknown, @Headers('accept-language') languages: string | undefined): Promise<string> {
    return this.acknowledging.look(token, languages);
  }

  @Post()
  @HttpCode(200)
  @Header('content-type', html)
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  act(@Query('t') token: unknown, @Headers('accept-language') languages: string | undefined): Promise<string> {
    return this.acknowledging.act(token, languages);
  }
}

@Module({
  imports: [AlertingModule],
  controllers: [AcknowledgeController],
  providers: [AcknowledgeService, IncidentListStore],
})
export class AcknowledgeModule {}
