import {
  type ChannelSpec,
  isTicketChannel,
  secretsOf,
  type TicketChannelSpec,
} from '@carillon/core/alert/documents/channel.schema';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AlertDocumentStore } from '../../store/alert-document.store.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { serviceNowEvents } from './em-event.js';
import { jira } from './jira.js';
import { serviceNow } from './servicenow.js';
import { type TicketDraft, TicketError, type TicketSystem } from './ticket-system.js';

export interface TicketChannel {
  /** Its name in lower case. */
  readonly nameKey: string;
  readonly spec: TicketChannelSpec;
  /** Names how it is set up now: another name when the channel or one of its secrets was written again. */
  readonly settings: string;
}

const timeoutMs = 15_000;
/** The longest step is a few requests, each with its time-out. */
export const longestStepMs = 8 * timeoutMs;

const nobodysDraft: TicketDraft = {
  key: '',
  title: '',
  text: '',
  severity: 'low',
  policy: '',
  job: null,
  host: null,
  facts: {},
};

/** The ticket systems that channels name, ready to be asked. */
@Injectable()
export class TicketSystems {
  constructor(
    @Inject(AlertDocumentStore) private readonly documents: AlertDocumentStore,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'allowPrivateChannels'>,
  ) {}

  /** Channels of tickets that are switched on, by their names. */
  async channels(): Promise<Map<string, TicketChannel>> {
    const written = new Map((await this.secrets.list()).map(({ name, updatedAt }) => [name, updatedAt.getTime()]));
    const channels = (await this.documents.all('Channel')).flatMap(({ nameKey, spec, updatedAt }): TicketChannel[] => {
      if (!isOpenTicketChannel(spec)) return [];
      const times = secretsOf(spec).map((name) => written.get(name) ?? 0);
      return [{ nameKey, spec, settings: `${updatedAt.getTime()}/${times.join('/')}` }];
    });
    return new Map(channels.map((channel) => [channel.nameKey, channel]));
  }

  /** @param draft what a ticket says, for those that say all of it every time. @throws TicketError without its secret */
  async open(spec: TicketChannelSpec, draft: TicketDraft = nobodysDraft): Promise<TicketSystem> {
    const { secret } = spec.password;
    const password = (await this.secrets.values([secret])).get(secret);
    if (password === undefined)
      throw new TicketError(
        'problem',
        'no_secret',
        `secret ${secret} was not handed over: carillon secret set ${secret}`,
        undefined,
        { secret },
      );
    const allowPrivateAddresses = this.config.allowPrivateChannels || spec.allowPrivateAddresses;
    const access = { ...spec, password, allowPrivateAddresses, nowMs: this.clock(), timeoutMs };
    if (spec.type === 'jira') return jira(spec, access);
    return spec.table === 'em_event' ? serviceNowEvents(spec, access, draft) : serviceNow(spec, access);
  }
}

function isOpenTicketChannel(spec: ChannelSpec): spec is TicketChannelSpec {
  return isTicketChannel(spec) && spec.enabled;
}
