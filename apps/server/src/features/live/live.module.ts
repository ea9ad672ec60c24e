import { liveRoutes } from '@carillon/contract/http/live.routes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles } from '../../http/handles.js';
import { hashSecret, makeSecret } from '../../http/secrets.js';
import { CredentialStore } from '../../store/credential.store.js';
import { LiveSockets } from './live-sockets.js';

@Controller()
class LiveController {
  constructor(@Inject(CredentialStore) private readonly credentials: CredentialStore) {}

  @Handles(liveRoutes.ticket)
  async ticket(@CallerOf() caller: Caller): Promise<Response<typeof liveRoutes.ticket>> {
    const ticket = makeSecret();
    const expiresAtMs = Date.now() + limits.liveTicketLifeMs;
    await this.credentials.addLiveTicket(hashSecret(ticket), caller, caller.sessionHash, expiresAtMs);
    return { ticket, expiresAt: new Date(expiresAtMs).toISOString() };
  }
}

/** Open dashboards hear of changes; `run-server` gives their sockets to `LiveSockets`. */
@Module({ controllers: [LiveController], providers: [LiveSockets], exports: [LiveSockets] })
export class LiveModule {}
