import { randomUUID } from 'node:crypto';
import type { TicketChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import { markOf, withMark } from '@carillon/core/alert/ticket/comment-mark';
import type { ChannelCheckText } from '@carillon/core/text/channel-check-texts';
import { Inject, Injectable } from '@nestjs/common';
import { describeError } from '../../queue/state-log.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { TicketSystemStore } from '../../store/ticket-system.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { CheckFailed, type Finding, finding, type TicketDraft, type TicketSystem, wrong } from './ticket-system.js';
import { TicketSystems } from './ticket-systems.js';

/** Tries a channel of tickets: by looking, and where that is asked for, with a ticket that lives a moment. */
@Injectable()
export class TicketTrial {
  constructor(
    @Inject(TicketSystems) private readonly systems: TicketSystems,
    @Inject(TicketSystemStore) private readonly states: TicketSystemStore,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  /** What stopped because the system refused it goes on when all is well. @param create makes a ticket, and ends it */
  async run(nameKey: string, spec: TicketChannelSpec, create: boolean, by: string): Promise<Finding[]> {
    const findings = [...(await this.look(spec, create, by)), await this.webhooks(spec)];
    if (findings.every(({ ok }) => ok)) await this.states.mended(nameKey, this.clock());
    return findings;
  }

  private async look(spec: TicketChannelSpec, create: boolean, by: string): Promise<Finding[]> {
    const draft = draftOf(by);
    try {
      const system = await this.systems.open(spec, draft);
      const findings = await system.check();
      return create && findings.every(({ ok }) => ok) ? [...findings, await live(system, draft)] : findings;
    } catch (error) {
      return [wrong('password', error)];
    }
  }

  private async webhooks({ signing }: TicketChannelSpec): Promise<Finding> {
    if (signing.length === 0) return { what: 'webhooks', ok: true, text: noWebhooks };
    const names = signing.map(({ secret }) => secret);
    const known = await this.secrets.values(names);
    const missing = names.filter((name) => !known.has(name));
    const text: ChannelCheckText =
      missing.length > 0 ? `secret ${missing.join(', ')} was not handed over` : 'their secret is there';
    return { what: 'webhooks', ok: missing.length === 0, text };
  }
}

const noWebhooks: ChannelCheckText = 'none are taken (no `signing`); changes are asked for once a minute';

/** A ticket from its beginning to its end. */
async function live(system: TicketSystem, draft: TicketDraft): Promise<Finding> {
  return await finding('a ticket', async () => {
    const ticket = await system.create(draft);
    try {
      await system.comment(ticket, withMark('A test of Carillon; it ends here.', markOf(draft.key, 0)));
      await system.end(ticket, 'resolve', 'A test of Carillon.');
    } catch (error) {
      throw new CheckFailed(`${ticket.key} was made and is still open: ${describeError(error)}`);
    }
    return `${ticket.key} was made, commented and resolved: ${ticket.url}` satisfies ChannelCheckText;
  });
}

function draftOf(by: string): TicketDraft {
  return {
    key: `carillon-test-${randomUUID()}`,
    title: 'Test of Carillon',
    text: `${by} tries whether Carillon may make tickets. Nothing has failed.`,
    severity: 'low',
    policy: 'test',
    job: null,
    host: null,
    facts: {},
  };
}
